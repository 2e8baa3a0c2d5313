// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/queue/locking_queue_state.hpp"

#include <kazoo/async_result.hpp>

#include <memory>
#include <string>

namespace kazoo::detail::recipe {

/// Tries to lock an entry, and holds its item then (LockingQueueState::hold). Returns false if
/// another consumer has it or it does not exist any more. Leaves no claim if it fails, or if the
/// user's object has been destroyed.
[[nodiscard]] AsyncResult<bool> claim_entry(
    std::shared_ptr<LockingQueueState> queue, std::string name, CallLimits limits
);

/// Deletes a claim in the background, until it is gone or the client is stopped.
void drop_claim(const std::shared_ptr<LockingQueueState>& queue, const HeldItem& item) noexcept;

}  // namespace kazoo::detail::recipe
