// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>
#include <kazoo/detail/require_cpp20.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
/// A function object of the library that contains no user object, so that moving it runs no user
/// code. Declared by a member type `quiet_move`.
template <class F>
concept QuietlyMoved = requires {
    typename F::quiet_move;
};

/// Declares a lambda of the library as QuietlyMoved.
template <class F>
struct Quiet {
    using quiet_move = void;
    template <class... Args>
    decltype(auto) operator()(Args&&... args) {
        return function(std::forward<Args>(args)...);
    }
    F function;
};
template <class F>
[[nodiscard]] Quiet<std::decay_t<F>> quiet(F&& function) {
    return {std::forward<F>(function)};
}

/// A function object that a Self can store, and call with Args for an R. Excludes Self, which is to
/// be moved.
template <class F, class Self, class R, class... Args>
concept CallableOtherThan = !std::is_same_v<std::remove_cvref_t<F>, Self> &&
                            std::is_invocable_r_v<R, std::decay_t<F>&, Args...>;
}  // namespace detail

template <class Signature>
class UniqueFunction;

/// A move-only function wrapper: how the library stores callbacks.
///
/// Like `std::move_only_function` of C++23, with room for four pointers. A function object is
/// stored in place if it is trivially copyable and fits, such as a lambda that captures references.
/// All others are allocated, so that moving a UniqueFunction, which the library does while holding
/// locks, never moves a user's object.
///
/// Construction throws std::bad_alloc and what copying or moving the function object throws; moving
/// and destruction do not throw. Not synchronised.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
public:
    /// Creates an empty wrapper.
    UniqueFunction() noexcept = default;
    UniqueFunction(std::nullptr_t) noexcept {}

    /// Stores `f`; a null pointer to function gives an empty wrapper.
    template <detail::CallableOtherThan<UniqueFunction<R(Args...)>, R, Args...> F>
    UniqueFunction(F&& f) {
        using Stored = std::decay_t<F>;
        if constexpr (std::is_pointer_v<std::remove_reference_t<F>>) {  // a function is never null
            if (f == nullptr) {
                return;
            }
        }
        if constexpr (fits_inside<Stored>) {
            ::new (static_cast<void*>(storage_)) Stored(std::forward<F>(f));
            vtable_ = &inside_vtable<Stored>;
        } else {
            ::new (static_cast<void*>(storage_)) Stored*(new Stored(std::forward<F>(f)));
            vtable_ = &outside_vtable<Stored>;
        }
    }

    /// Takes over the function of `other`, which becomes empty.
    UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
    UniqueFunction& operator=(UniqueFunction&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    UniqueFunction(const UniqueFunction&) = delete;
    UniqueFunction& operator=(const UniqueFunction&) = delete;
    ~UniqueFunction() { reset(); }

    /// Returns whether there is a function to call.
    explicit operator bool() const noexcept { return vtable_ != nullptr; }

    /// Calls the function. Throws std::bad_function_call if there is none, and what the function
    /// throws.
    R operator()(Args... args) {
        if (vtable_ == nullptr) {
            throw std::bad_function_call();
        }
        return vtable_->call(storage_, std::forward<Args>(args)...);
    }

private:
    static constexpr std::size_t room = 4 * sizeof(void*);

    // What is known of the stored type. `move` also ends the lifetime of what it moves from.
    struct VTable {
        R (*call)(void*, Args&&...);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void*) noexcept;
    };

    // Whether an F is stored in place: moving it runs no user code and cannot throw.
    template <class F>
    static constexpr bool fits_inside =
        sizeof(F) <= room &&
        alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F> &&
        (std::is_trivially_copyable_v<F> || detail::QuietlyMoved<F>);

    template <class F>
    static R invoke(F& f, Args&&... args) {
        if constexpr (std::is_void_v<R>) {
            detail::invoke(f, std::forward<Args>(args)...);
        } else {
            return detail::invoke(f, std::forward<Args>(args)...);
        }
    }

    template <class F>
    static constexpr VTable inside_vtable{
        [](void* p, Args&&... args) -> R {
            return invoke(*static_cast<F*>(p), std::forward<Args>(args)...);
        },
        [](void* from, void* to) noexcept {
            ::new (to) F(std::move(*static_cast<F*>(from)));
            static_cast<F*>(from)->~F();
        },
        [](void* p) noexcept { static_cast<F*>(p)->~F(); }};

    template <class F>
    static constexpr VTable outside_vtable{
        [](void* p, Args&&... args) -> R {
            return invoke(**static_cast<F**>(p), std::forward<Args>(args)...);
        },
        [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
        [](void* p) noexcept { delete *static_cast<F**>(p); }};

    void take(UniqueFunction& other) noexcept {
        if (other.vtable_ != nullptr) {
            other.vtable_->move(other.storage_, storage_);
            vtable_ = std::exchange(other.vtable_, nullptr);
        }
    }

    void reset() noexcept {
        if (vtable_ != nullptr) {
            std::exchange(vtable_, nullptr)->destroy(storage_);
        }
    }

    const VTable* vtable_ = nullptr;
    alignas(void*) std::byte storage_[room];
};

/// A piece of work for a lane or an executor.
using Task = UniqueFunction<void()>;

}  // namespace kazoo
KAZOO_API_END
