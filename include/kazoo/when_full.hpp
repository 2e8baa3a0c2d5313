// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// What a blocking call does while the queue of requests is full (ClientLimits::requests and
/// queued_bytes) or callbacks are too slow (ClientLimits::requests and backlog_bytes). Set for a
/// client (ClientOptions::when_full) or for a call (CallOptions::when_full).
///
/// Asynchronous forms fail in either case, because each waiting call would hold a copy of its data,
/// in unbounded memory. Await BackPressure::room_async before the call instead.
enum class WhenFull {
    /// The call throws QueueFullError.
    fail,
    /// The call waits for room, within its time limit and until it is stopped. Calls get room in
    /// the order in which they began to wait. An operation of several requests waits before the
    /// first one. In callbacks and watch functions it waits for the queue only, and throws
    /// QueueFullError if callbacks are too slow, because they would wait for the call.
    wait
};

}  // namespace kazoo
KAZOO_API_END
