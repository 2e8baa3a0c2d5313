// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/lease/lease_plan.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/non_blocking_lease.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kazoo::detail::recipe {

/// A lease that was obtained. A value.
struct HeldLease {
    std::int64_t token = 0;  ///< 0: none
    std::chrono::sys_seconds end;
};

/// What a NonBlockingLease and its coroutines share. Thread-safe.
class Leasing {
public:
    /// Throws as the constructor of NonBlockingLease does.
    Leasing(KazooClient& client, PathView path, Duration duration, const LeaseOptions& options);

    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    [[nodiscard]] CallLimits limits(const CallOptions& options) const {
        return CallLimits(options, *client_.handler(), CallKind::waits);
    }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& record_path() const noexcept { return record_path_; }
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }
    [[nodiscard]] Lock& mutex() noexcept { return lock_; }
    [[nodiscard]] std::chrono::system_clock::time_point now() const;
    /// Returns the record of a lease that begins now.
    [[nodiscard]] LeaseRecord new_record() const;

    [[nodiscard]] HeldLease held() const noexcept;
    void set_held(const HeldLease& held) noexcept;

private:
    const RecipeClient client_;
    const std::string path_;
    const std::string record_path_;
    const Duration duration_;
    const std::string identifier_;
    const LeaseOptions::ClockFunction clock_;  // empty: the clock of the system
    Lock lock_;

    mutable std::mutex mutex_;
    HeldLease held_;  // guarded by mutex_
};

/// Carries out a call. Returns whether its wish was fulfilled.
[[nodiscard]] AsyncResult<bool> change_lease(
    std::shared_ptr<Leasing> leasing, LeaseWish wish, CallLimits limits
);

}  // namespace kazoo::detail::recipe
