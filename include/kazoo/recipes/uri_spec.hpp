// SPDX-License-Identifier: Apache-2.0
/// UriSpec: a pattern for the URI of a service instance.
#pragma once

#include <kazoo/detail/export.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

class ServiceInstance;

/// A pattern for the URI of a service instance (Curator's `UriSpec`): texts, and variables in
/// braces that are replaced when the URI is built. A value.
///
///     UriSpec("{scheme}://{address}:{port}/api").build(instance)   // "http://10.0.0.7:8080/api"
///
/// Variables that an instance defines:
///
/// | variable | value |
/// |---|---|
/// | `scheme` | "https" if the instance has an SSL port, else "http" |
/// | `name`, `id`, `address` | those of the instance |
/// | `port`, `ssl-port` | the numbers; empty if the instance has none |
/// | `registration-time-utc` | in milliseconds since 1970 |
/// | `service-type` | in lower case, such as "dynamic" |
/// | `[`, `]` | the characters "{" and "}" |
///
/// `port` is the plain port, also if the scheme is "https": use `ssl-port` for the other one. A
/// variable that is not defined is replaced by nothing. Values are inserted as they are, without
/// escapes.
class UriSpec {
public:
    /// One part of a pattern.
    class Part {
    public:
        Part() {}
        /// From its members.
        Part(std::string part_value, bool is_variable)
            : value(std::move(part_value)), variable(is_variable) {}
        friend bool operator==(const Part&, const Part&) = default;

        std::string value;      ///< The text, or the name of the variable.
        bool variable = false;  ///< Whether this is a variable.
    };
    /// Values by the names of variables. They replace those that an instance defines.
    using Variables = std::map<std::string, std::string>;

    /// An empty pattern.
    UriSpec() {}
    /// Parses a pattern. Spaces around the name of a variable are dropped. Throws BadArgumentsError
    /// if a brace has no counterpart or is within a variable, and std::bad_alloc.
    explicit UriSpec(std::string_view pattern);
    /// Takes the parts as they are.
    explicit UriSpec(std::vector<Part> parts) noexcept : parts_(std::move(parts)) {}

    /// Returns the parts, in their order.
    [[nodiscard]] const std::vector<Part>& parts() const noexcept { return parts_; }

    /// Returns the URI of an instance. Throws std::bad_alloc.
    [[nodiscard]] std::string build(
        const ServiceInstance& instance, const Variables& variables = {}
    ) const;

    friend bool operator==(const UriSpec&, const UriSpec&) = default;

private:
    std::vector<Part> parts_;
};

}  // namespace kazoo
KAZOO_API_END
