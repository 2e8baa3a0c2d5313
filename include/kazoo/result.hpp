/// A value or the Error in its place: failures without exceptions.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>

#include <optional>
#include <system_error>
#include <utility>
#include <variant>

KAZOO_API_BEGIN
namespace kazoo {

/// The outcome of an operation that gives a T: either the value or an Error.
///
///     if (auto node = result) { use(*node); } else { log(node.failure()); }
///     if (result.error() == kazoo::Errc::no_node) ...
///     T value = result.value();   // throws the typed exception, here NoNodeError
///
/// A value type, as copyable and movable as T. Not synchronised.
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    /// Holds a value. Implicit, so that a function can simply return it.
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    /// Holds a failure, also made from a bare code with its usual outcome.
    Result(Error failure) noexcept : state_(std::in_place_index<1>, std::move(failure)) {}
    Result(Errc code) noexcept : Result(Error(code)) {}
    Result(ClientErrc code) noexcept : Result(Error(code)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the exception that belongs to the failure if there is none.
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

    /// The value, unchecked: only allowed if has_value().
    T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    T* operator->() noexcept { return std::get_if<0>(&state_); }
    const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    /// The value, or `fallback` if there is none.
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

    /// The code of the failure; empty if there is a value.
    std::error_code error() const noexcept {
        const Error* failure = std::get_if<1>(&state_);
        return failure ? failure->code() : std::error_code();
    }
    /// The whole failure; only allowed if there is no value.
    const Error& failure() const& noexcept { return *std::get_if<1>(&state_); }
    Error&& failure() && noexcept { return std::move(*std::get_if<1>(&state_)); }

private:
    void require_value() const {
        if (!has_value()) {
            throw_error(failure());
        }
    }

    std::variant<T, Error> state_;
};

/// The outcome of an operation that gives nothing but success or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    /// Success.
    Result() noexcept {}
    Result(Error failure) noexcept : failure_(std::move(failure)) {}
    Result(Errc code) noexcept : Result(Error(code)) {}
    Result(ClientErrc code) noexcept : Result(Error(code)) {}

    bool has_value() const noexcept { return !failure_; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Throws the exception that belongs to the failure if there is one.
    void value() const {
        if (failure_) {
            throw_error(*failure_);
        }
    }

    /// As in the other Results.
    std::error_code error() const noexcept {
        return failure_ ? failure_->code() : std::error_code();
    }
    const Error& failure() const& noexcept { return *failure_; }
    Error&& failure() && noexcept { return std::move(*failure_); }

private:
    std::optional<Error> failure_;
};

}  // namespace kazoo
KAZOO_API_END
