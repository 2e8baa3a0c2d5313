// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/watch/watching.hpp"

#include <kazoo/async_result.hpp>

#include <memory>
#include <optional>

namespace kazoo::detail::recipe {

// The coroutines of a watch. They await with direct(): they run where replies and events arrive,
// and never wait behind callbacks of the user.

/// One try of a step, whose errors are classified: those to be reported are, and
/// ForceRetryError stands for those that are to be retried although KazooRetry would not.
AsyncResult<Reading> attempt(std::shared_ptr<Watching> watching, WatchStep step);

/// Carries out the plan up to the next change. Returns nothing when the watch has ended. Fails with
/// CancelledError if it is cancelled, and with OutOfMemoryError; the watch then continues.
AsyncResult<std::optional<Change>> next_change(std::shared_ptr<Watching> watching);

/// The same for a user who asks for the next change of a stream. Fails with BadArgumentsError if
/// another call is pending, and with the error that ended the watch.
AsyncResult<std::optional<Change>> next_of_stream(std::shared_ptr<Watching> watching);

/// Begins to call the function of a watch with each change, until the watch ends. Throws
/// std::bad_alloc, and has then stopped the watch.
void begin_run(const std::shared_ptr<Watching>& watching);

}  // namespace kazoo::detail::recipe
