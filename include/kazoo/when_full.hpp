// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// What a blocking call does while the queue of requests is full, which ClientLimits::requests and
/// queued_bytes define. Set for a client (ClientOptions::when_full) or for a call
/// (CallOptions::when_full).
///
/// Asynchronous forms fail in either case, because each waiting call would hold a copy of its data,
/// in unbounded memory. Await BackPressure::room_async before the call instead.
enum class WhenFull {
    /// The call throws QueueFullError.
    fail,
    /// The call waits for room, within its time limit and until it is stopped. Calls get room in
    /// the order in which they began to wait. An operation of several requests waits before the
    /// first one. Callbacks that are too slow (ClientLimits::backlog_bytes) are not waited for.
    wait
};

}  // namespace kazoo
KAZOO_API_END
