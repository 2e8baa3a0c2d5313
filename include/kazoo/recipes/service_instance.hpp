// SPDX-License-Identifier: Apache-2.0
/// ServiceInstance: one instance of a service, as it is registered.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/uri_spec.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The kind of a service instance, with the names of Curator.
enum class ServiceType {
    DYNAMIC,             ///< An ephemeral node: it ends with the session of its process.
    STATIC,              ///< A persistent node, which stays if the process ends without warning.
    PERMANENT,           ///< As STATIC.
    DYNAMIC_SEQUENTIAL,  ///< An ephemeral node whose name is the id and a sequence number.
};

/// Returns the enumerator's name, such as "DYNAMIC".
const char* to_string(ServiceType type) noexcept;
/// Writes to_string().
std::ostream& operator<<(std::ostream& out, ServiceType type);

/// When ServiceInstance::to_json writes the field `enabled`.
enum class EnabledField {
    /// Only if it is false. An enabled instance has the bytes that Curator writes by default, and
    /// can be read by old releases of Curator, which refuse fields that they do not have.
    when_false,
    always,  ///< As Curator writes it without its compatible mode.
};

/// One instance of a service (Curator's `ServiceInstance`). A value; setters chain.
///
///     ServiceInstance("web").address("10.0.0.7").port(8080).payload(R"({"zone":"a"})")
class ServiceInstance {
public:
    /// A time in milliseconds since 1970, UTC.
    using Time = std::chrono::sys_time<std::chrono::milliseconds>;
    /// The most bytes that an instance may have as JSON: what servers accept by default.
    static constexpr std::size_t max_json_bytes = std::size_t{1} << 20;

    ServiceInstance() {}
    /// An instance of the service with this name.
    explicit ServiceInstance(std::string name) : name_(std::move(name)) {}

    /// The name of the service, which all its instances share. It is the name of a node.
    ServiceInstance& name(std::string value) & noexcept {
        name_ = std::move(value);
        return *this;
    }
    ServiceInstance name(std::string value) && noexcept {
        return std::move(name(std::move(value)));
    }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The id of the instance, unique within the service. It is the name of a node. Default: empty;
    /// ServiceDiscovery::register_service then chooses a random UUID.
    ServiceInstance& id(std::string value) & noexcept {
        id_ = std::move(value);
        return *this;
    }
    ServiceInstance id(std::string value) && noexcept { return std::move(id(std::move(value))); }
    [[nodiscard]] const std::string& id() const noexcept { return id_; }

    /// Where the instance can be reached. Default: empty, which is null in JSON. (Curator takes the
    /// first address of the host, which need not be the right one.)
    ServiceInstance& address(std::string value) & noexcept {
        address_ = std::move(value);
        return *this;
    }
    ServiceInstance address(std::string value) && noexcept {
        return std::move(address(std::move(value)));
    }
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    /// Default: none.
    ServiceInstance& port(std::optional<std::int32_t> value) & noexcept {
        port_ = value;
        return *this;
    }
    ServiceInstance port(std::optional<std::int32_t> value) && noexcept {
        return std::move(port(value));
    }
    [[nodiscard]] const std::optional<std::int32_t>& port() const noexcept { return port_; }

    /// The port for TLS. Default: none.
    ServiceInstance& ssl_port(std::optional<std::int32_t> value) & noexcept {
        ssl_port_ = value;
        return *this;
    }
    ServiceInstance ssl_port(std::optional<std::int32_t> value) && noexcept {
        return std::move(ssl_port(value));
    }
    [[nodiscard]] const std::optional<std::int32_t>& ssl_port() const noexcept { return ssl_port_; }

    /// Anything else that is to be known of the instance, as the text of a JSON value. It is
    /// written and returned as it is. Readers in Java need a field "@class" in an object, with the
    /// name of the class that they are to make of it; strings, numbers and booleans need none.
    /// Default: none, which is null in JSON.
    ServiceInstance& payload(std::optional<std::string> value) & noexcept {
        payload_ = std::move(value);
        return *this;
    }
    ServiceInstance payload(std::optional<std::string> value) && noexcept {
        return std::move(payload(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& payload() const noexcept { return payload_; }

    /// When the instance was registered, by the clock of its host. Default: 1970;
    /// ServiceDiscovery::register_service then sets the present time.
    ServiceInstance& registration_time(Time value) & noexcept {
        registration_time_ = value;
        return *this;
    }
    ServiceInstance registration_time(Time value) && noexcept {
        return std::move(registration_time(value));
    }
    [[nodiscard]] Time registration_time() const noexcept { return registration_time_; }

    /// Default: DYNAMIC.
    ServiceInstance& type(ServiceType value) & noexcept {
        type_ = value;
        return *this;
    }
    ServiceInstance type(ServiceType value) && noexcept { return std::move(type(value)); }
    [[nodiscard]] ServiceType type() const noexcept { return type_; }

    /// The pattern of the URI of the instance. Default: none.
    ServiceInstance& uri_spec(std::optional<UriSpec> value) & noexcept {
        uri_spec_ = std::move(value);
        return *this;
    }
    ServiceInstance uri_spec(std::optional<UriSpec> value) && noexcept {
        return std::move(uri_spec(std::move(value)));
    }
    [[nodiscard]] const std::optional<UriSpec>& uri_spec() const noexcept { return uri_spec_; }

    /// Whether the instance is to be used: a ServiceProvider gives out enabled ones only. Default:
    /// true.
    ServiceInstance& enabled(bool value) & noexcept {
        enabled_ = value;
        return *this;
    }
    ServiceInstance enabled(bool value) && noexcept { return std::move(enabled(value)); }
    [[nodiscard]] bool enabled() const noexcept { return enabled_; }

    /// Returns the URI by the pattern of the instance; an empty text if it has none (Curator's
    /// `buildUriSpec`). Throws std::bad_alloc.
    [[nodiscard]] std::string build_uri(const UriSpec::Variables& variables = {}) const;

    /// Returns the instance as Curator's JsonInstanceSerializer writes it: without spaces, with its
    /// order of the fields, absent ones as null. Throws BadArgumentsError if a text is not UTF-8,
    /// the payload is not JSON, or the result has more than max_json_bytes; and std::bad_alloc.
    [[nodiscard]] std::string to_json(EnabledField enabled_field = EnabledField::when_false) const;

    /// Reads what Curator's JsonInstanceSerializer writes, in any order and with any spaces.
    /// Fields that are not known are ignored. Absent fields, and those that are null, have their
    /// default. As Curator does, it accepts numbers in quotes for the ports.
    ///
    /// Throws MalformedDataError, with `path`, if the text is not a JSON object, has more than
    /// max_json_bytes, has no name or id, contains a number that no double can hold, or a field
    /// has a value of another kind; and std::bad_alloc.
    [[nodiscard]] static ServiceInstance from_json(
        std::string_view json, std::string_view path = {}
    );

    /// Compares all fields, the payload as a text.
    friend bool operator==(const ServiceInstance&, const ServiceInstance&) = default;

private:
    std::string name_;
    std::string id_;
    std::string address_;
    std::optional<std::int32_t> port_;
    std::optional<std::int32_t> ssl_port_;
    std::optional<std::string> payload_;
    Time registration_time_;
    ServiceType type_ = ServiceType::DYNAMIC;
    std::optional<UriSpec> uri_spec_;
    bool enabled_ = true;
};

}  // namespace kazoo
KAZOO_API_END
