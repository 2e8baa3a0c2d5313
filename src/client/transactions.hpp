// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"
#include "client/transaction_steps.hpp"

#include <kazoo/async_result.hpp>

#include <memory>

namespace kazoo::detail::client {

// The asynchronous functions of Transaction, as coroutines; see multi_step_operations.hpp.

using SharedSteps = RefPtr<const TransactionSteps>;

/// Sends the transaction, and finds out what a lost reply said if it is protected.
AsyncResult<TransactionResults> commit(
    std::shared_ptr<Core> core, SharedSteps steps, CallContext context
);
/// Returns whether the marker exists.
AsyncResult<bool> applied(std::shared_ptr<Core> core, SharedSteps steps, CallContext context);
/// Deletes the marker.
AsyncResult<void> forget(std::shared_ptr<Core> core, SharedSteps steps, CallContext context);

}  // namespace kazoo::detail::client
