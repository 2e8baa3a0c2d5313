// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/recipes/shared_value.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {

/// The last value that was reported.
class LastValue {
public:
    /// Returns whether this stat is that of a newer value, and remembers it.
    [[nodiscard]] bool is_newer(const ZnodeStat& stat) noexcept {
        if (mzxid_ && stat.mzxid <= *mzxid_) {
            return false;
        }
        mzxid_ = stat.mzxid;
        return true;
    }

private:
    std::optional<std::int64_t> mzxid_;
};

/// What a SharedValue, its calls, listeners and streams share. Thread-safe.
class SharedValueState {
public:
    SharedValueState(
        const KazooClient& zk, PathView node, std::string seed_bytes, const RetryPolicy& policy
    )
        : client(zk, "SharedValue"),
          path(client.checked_path(node)),
          seed(std::move(seed_bytes)),
          retry(policy) {}

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client.handler();
    }
    [[nodiscard]] CallLimits limits(const CallOptions& options) const {
        return CallLimits(options, *handler(), CallKind::does_not_wait);
    }
    /// Remembers a value if it is the newest. Does not throw: without memory for the value,
    /// newest() then returns nothing.
    void note(const VersionedValue& value) noexcept {
        std::optional<VersionedValue> copy;
        try {
            copy = value;
        } catch (const std::bad_alloc&) {
            // No memory: `copy` is empty.
        }
        const std::lock_guard lock(mutex_);
        if (last_.is_newer(value.stat)) {
            newest_.swap(copy);
        }
    }
    [[nodiscard]] std::optional<VersionedValue> newest() const {
        const std::lock_guard lock(mutex_);
        return newest_;
    }

    const RecipeClient client;
    const std::string path;
    const std::string seed;
    const RetryPolicy retry;

private:
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    LastValue last_;
    std::optional<VersionedValue> newest_;
};

/// A stream of values. Used by one call of `next` at a time; `stop` may come at any time.
struct SharedValueChanges {
    SharedValueChanges(std::shared_ptr<SharedValueState> value, DataStream changes)
        : state(std::move(value)), stream(std::move(changes)) {}
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return state->handler();
    }

    const std::shared_ptr<SharedValueState> state;
    DataStream stream;
    LastValue last;
};

}  // namespace kazoo::detail::recipe
