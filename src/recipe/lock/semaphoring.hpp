// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/lock/locking.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/event.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/semaphore.hpp>
#include <kazoo/watcher.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// Returns the number in the node of a semaphore; nothing if it is none, which kazoo ignores.
[[nodiscard]] std::optional<std::int32_t> leases_in(std::string_view data) noexcept;

/// What a Semaphore and its coroutines share. Constant, but for what its members guard themselves.
class Semaphoring {
public:
    /// Throws as the constructor of Semaphore does.
    Semaphoring(
        KazooClient& client, PathView path, std::int32_t max_leases, const SemaphoreOptions& options
    );

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return leases->handler();
    }
    [[nodiscard]] const RecipeClient& client() const noexcept { return leases->client(); }

    const std::int32_t max_leases;
    const SemaphoreOptions options;
    /// The leases are contenders that are not in a queue.
    const std::shared_ptr<Locking> leases;
    /// Whoever holds it waits for a lease.
    Lock inner;
    /// Set by the watches of the node.
    const Event changed;
    const Watcher watcher;
};

[[nodiscard]] AsyncResult<std::optional<LockHandle>> acquire_lease(
    std::shared_ptr<Semaphoring> semaphoring, CallOptions options, CallKind kind
);

[[nodiscard]] AsyncResult<std::vector<std::string>> list_holders(
    std::shared_ptr<Semaphoring> semaphoring, CallOptions options
);

[[nodiscard]] AsyncResult<void> write_max_leases(
    std::shared_ptr<Semaphoring> semaphoring, std::int32_t max_leases, CallOptions options
);

}  // namespace kazoo::detail::recipe
