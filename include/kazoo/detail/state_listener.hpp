// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Calls a listener with the argument type that it accepts: KazooState, preferred if it accepts
/// both, or StateChange.
template <class Listener>
decltype(auto) call_listener(Listener& listener, const StateChange& change) {
    if constexpr (std::is_invocable_v<Listener&, KazooState>) {
        return listener(change.state);
    } else {
        return listener(change);
    }
}

/// Wraps a user's listener in the form that the client stores. The wrapper returns true if the
/// listener is to be removed. Other argument and return types are rejected at compile time.
template <class Listener>
UniqueFunction<bool(const StateChange&)> state_listener(Listener&& listener) {
    using Stored = std::decay_t<Listener>;
    static_assert(
        StateListener<Listener>,
        "a state listener is called with a kazoo::KazooState or a const kazoo::StateChange&"
    );
    if constexpr (StateListener<Listener>) {
        using Returned =
            decltype(call_listener(std::declval<Stored&>(), std::declval<const StateChange&>()));
        static_assert(
            std::is_void_v<Returned> || std::is_same_v<Returned, bool>,
            "a state listener returns void or bool; true removes it"
        );
        return
            [stored = Stored(std::forward<Listener>(listener))](const StateChange& change) mutable {
                if constexpr (std::is_void_v<Returned>) {
                    call_listener(stored, change);
                    return false;
                } else {
                    return call_listener(stored, change);
                }
            };
    }
    return {};
}

}  // namespace kazoo::detail
KAZOO_API_END
