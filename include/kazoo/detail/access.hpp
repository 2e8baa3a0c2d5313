#pragma once

#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Lets the library reach what its handles hold, without public members for that.
struct Access {
    template <class Handle>
    [[nodiscard]] static const auto& state(const Handle& handle) noexcept {
        return handle.state_;
    }
    template <class Client>
    [[nodiscard]] static const auto& core(const Client& client) noexcept {
        return client.core_;
    }
};

/// What is behind an AsyncResult or a Watcher.
template <class Handle>
[[nodiscard]] const auto& state_of(const Handle& handle) noexcept {
    return Access::state(handle);
}

/// What is behind a KazooClient.
template <class Client>
[[nodiscard]] const auto& core_of(const Client& client) noexcept {
    return Access::core(client);
}

}  // namespace kazoo::detail
KAZOO_API_END
