// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>

#include <string>
#include <system_error>
#include <utility>
#include <variant>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Returns an empty error.
[[nodiscard]] const Error& no_error() noexcept;

/// What the results of the operations of a Transaction and of the reads of a MultiRead have in
/// common. `Kind` is the kind of operation; one of the `Values` is Error.
template <class Kind, class... Values>
class OperationResult {
public:
    /// The value, which depends on the kind of operation, or an error.
    using Value = std::variant<Values...>;

    /// Returns the kind of the operation.
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// Returns the path of the operation as the caller gave it.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Returns whether the operation was successful, as does the conversion to bool.
    [[nodiscard]] bool successful() const noexcept { return value_if<Error>() == nullptr; }
    explicit operator bool() const noexcept { return successful(); }
    /// Returns the code of the error; an empty code if the operation was successful.
    [[nodiscard]] std::error_code error() const noexcept { return failure().code(); }
    /// Returns the whole error; an empty one if the operation was successful.
    [[nodiscard]] const Error& failure() const noexcept {
        const auto* const failed = value_if<Error>();
        return failed != nullptr ? *failed : no_error();
    }

protected:
    OperationResult(Kind kind, std::string path, Value value) noexcept
        : kind_(kind), path_(std::move(path)), value_(std::move(value)) {}

    /// Returns null if the result is of another type.
    template <class T>
    [[nodiscard]] const T* value_if() const noexcept {
        return std::get_if<T>(&value_);
    }
    template <class T>
    [[nodiscard]] T* value_if() noexcept {
        return std::get_if<T>(&value_);
    }

private:
    Kind kind_;
    std::string path_;
    Value value_;
};

}  // namespace kazoo::detail
KAZOO_API_END
