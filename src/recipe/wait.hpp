// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::detail::recipe {

/// Waits until `event` is set. Returns false if the deadline of `limits` has passed before. Fails
/// with CancelledError if the result is cancelled, a stop is requested through the token of
/// `limits`, or the event is cancelled.
///
/// A coroutine that awaits it with direct() resumes in the call that sets the event, or in that
/// which requests the stop.
[[nodiscard]] AsyncResult<bool> wait_for(
    std::shared_ptr<Handler> handler, Event event, CallLimits limits
);

}  // namespace kazoo::detail::recipe
