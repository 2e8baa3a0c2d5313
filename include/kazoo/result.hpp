// SPDX-License-Identifier: Apache-2.0
/// Result: the value of an operation, or its Error.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>

#include <cassert>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

KAZOO_API_BEGIN
namespace kazoo {

/// Either the value of an operation or its Error (AsyncResult::result), for code without
/// exceptions.
///
///     if (auto node = result) { use(*node); } else { log(node.failure()); }
///     if (result.error() == kazoo::Errc::no_node) ...
///     T value = result.value();   // throws the exception class of the error, here NoNodeError
///
/// A value type, copyable and movable if T is. Not synchronised: concurrent access to one object is
/// safe only if all accesses read.
template <class T>
class [[nodiscard]] Result {
public:
    /// The type of the value.
    using value_type = T;

    /// Holds a value. Implicit, so that functions can return it directly.
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    /// Holds an error; from a bare code, with the usual outcome of that code. Implicit for the same
    /// reason.
    Result(Error failure) noexcept : state_(std::in_place_index<1>, std::move(failure)) {}
    Result(Errc code) noexcept : Result(Error(code)) {}
    Result(ClientErrc code) noexcept : Result(Error(code)) {}

    /// Returns whether there is a value, as does the conversion to bool.
    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Returns the value. Throws the exception class of the error if there is none.
    T& value() & {
        require_value();
        return **this;
    }
    const T& value() const& {
        require_value();
        return **this;
    }
    T&& value() && {
        require_value();
        return std::move(**this);
    }

    /// Accesses the value without a check. Undefined unless has_value().
    T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    T* operator->() noexcept { return std::get_if<0>(&state_); }
    const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    /// Returns a copy of the value (moved out of a temporary), or `fallback` converted to T if
    /// there is none.
    template <class U>
    T value_or(U&& fallback) const& {
        if (has_value()) {
            return **this;
        }
        return static_cast<T>(std::forward<U>(fallback));
    }
    template <class U>
    T value_or(U&& fallback) && {
        if (has_value()) {
            return std::move(**this);
        }
        return static_cast<T>(std::forward<U>(fallback));
    }

    /// Returns the code of the error; an empty code if there is a value.
    std::error_code error() const noexcept {
        const Error* failure = std::get_if<1>(&state_);
        return failure ? failure->code() : std::error_code();
    }
    /// Returns the whole error. Undefined if has_value().
    const Error& failure() const& noexcept {
        assert(!has_value());
        return *std::get_if<1>(&state_);
    }
    Error&& failure() && noexcept {
        assert(!has_value());
        return std::move(*std::get_if<1>(&state_));
    }

private:
    void require_value() const {
        if (!has_value()) {
            throw_error(failure());
        }
    }

    std::variant<T, Error> state_;
};

/// Success or the Error of an operation that has no value. The members correspond to those of
/// Result<T>.
template <>
class [[nodiscard]] Result<void> {
public:
    /// There is no value.
    using value_type = void;

    /// Holds success.
    Result() noexcept {}
    /// Holds an error; from a bare code, with the usual outcome of that code.
    Result(Error failure) noexcept : failure_(std::move(failure)) {}
    Result(Errc code) noexcept : Result(Error(code)) {}
    Result(ClientErrc code) noexcept : Result(Error(code)) {}

    /// Returns whether the operation succeeded, as does the conversion to bool.
    bool has_value() const noexcept { return !failure_; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Throws the exception class of the error if there is one.
    void value() const {
        if (failure_) {
            throw_error(*failure_);
        }
    }

    /// Returns the code of the error; an empty code on success.
    std::error_code error() const noexcept {
        return failure_ ? failure_->code() : std::error_code();
    }
    /// Returns the whole error. Undefined if has_value().
    const Error& failure() const& noexcept {
        assert(!has_value());
        return *failure_;
    }
    Error&& failure() && noexcept {
        assert(!has_value());
        return std::move(*failure_);
    }

private:
    std::optional<Error> failure_;
};

}  // namespace kazoo
KAZOO_API_END
