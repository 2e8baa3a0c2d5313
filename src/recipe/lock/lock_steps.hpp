// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/lock/contender.hpp"
#include "recipe/lock/lock_plan.hpp"

#include <kazoo/async_result.hpp>

#include <memory>

namespace kazoo::detail::recipe {

// The coroutines of a lock. They await with direct(): they run where replies and events arrive, and
// never wait behind callbacks of the user.

/// Executes a step, and gives the answer to the plan. Fails with the error of its requests; with
/// OperationTimeoutError if the deadline of `limits` passes while it waits.
[[nodiscard]] AsyncResult<void> carry_out(
    std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits
);

/// Begins to read the own node of a lock that is held, with another watch; it was changed, or the
/// watch was lost.
void begin_reread(const std::shared_ptr<Contender>& contender) noexcept;

}  // namespace kazoo::detail::recipe
