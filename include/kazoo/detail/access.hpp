// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <utility>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Gives the library access to the private state of its public handles (AsyncResult, Watcher,
/// KazooClient), which have it as a friend, so that they need no public accessors.
struct Access {
    /// Makes a handle of the state that it refers to.
    template <class Handle, class State>
    [[nodiscard]] static Handle make(State&& state) noexcept {
        return Handle(std::forward<State>(state));
    }
    template <class Handle>
    [[nodiscard]] static const auto& state(const Handle& handle) noexcept {
        return handle.state_;
    }
    template <class Client>
    [[nodiscard]] static const auto& core(const Client& client) noexcept {
        return client.core_;
    }
};

/// Returns the shared state of an AsyncResult or a Watcher.
template <class Handle>
[[nodiscard]] const auto& state_of(const Handle& handle) noexcept {
    return Access::state(handle);
}

/// Returns the Core of a KazooClient.
template <class Client>
[[nodiscard]] const auto& core_of(const Client& client) noexcept {
    return Access::core(client);
}

}  // namespace kazoo::detail
KAZOO_API_END
