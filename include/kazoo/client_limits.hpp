// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstddef>
#include <limits>

KAZOO_API_BEGIN
namespace kazoo {

/// Bounds of everything a client stores. A call that would exceed one fails with the error named
/// here, before anything is sent unless stated otherwise; other calls are not affected.
class ClientLimits {
public:
    ClientLimits() {}
    /// Operations without a reply, sent or waiting: QueueFullError, or the call waits (WhenFull,
    /// BackPressure::room_async). The same number limits the callbacks and watch events that wait
    /// to run (Handler::backlog); events of persistent watches beyond it become a gap
    /// (EventType::GAP). Default: 262,144.
    std::size_t requests = std::size_t{1} << 18;
    /// Bytes of requests that wait to be sent, and of reads in flight, which may have to be sent
    /// again (Resend): QueueFullError once there are this many. Default: 64 MiB.
    std::size_t queued_bytes = std::size_t{64} << 20;
    /// Operations in flight: sent, and without a reply. More wait in the queue. No error: this is
    /// for servers that should not be given more at once. 0 counts as 1. The requests that close
    /// the session or release what recipes hold are not limited, nor what is queued before them.
    /// Default: no limit but `requests`.
    std::size_t in_flight_requests = std::numeric_limits<std::size_t>::max();
    /// The same in bytes of requests. One request is sent in any case if none is in flight.
    /// Default: no limit.
    std::size_t in_flight_bytes = std::numeric_limits<std::size_t>::max();
    /// Bytes of one request, including path, data and ACL: RequestTooLargeError. Servers
    /// drop the connection on a request larger than their jute.maxbuffer. Default: 1,048,575, the
    /// servers' default.
    std::size_t request_bytes = 0xfffff;
    /// Bytes of one reply: ResponseTooLargeError, although the request may have been executed; the
    /// connection stays. The same error reports a reply whose lists need more than 16 MiB and more
    /// than four times their encoded size in memory. Default: 64 MiB.
    std::size_t reply_bytes = std::size_t{64} << 20;
    /// Bytes of replies and watch events that wait for their callbacks (Handler::backlog_bytes):
    /// QueueFullError once this many wait, or the call waits as above. Replies to operations that
    /// are already under way add to them. Default: 64 MiB.
    std::size_t backlog_bytes = std::size_t{64} << 20;
    /// Watch functions that are set or requested: TooManyWatchesError. All handles of add_watch for
    /// one path and mode count as one. Default: 1,048,576.
    std::size_t watches = std::size_t{1} << 20;
    /// Creates with CreateOptions::protect and NodeOperations::delete_guaranteed, those included
    /// that continue in the background: QueueFullError. Default: 65,536.
    std::size_t guaranteed = std::size_t{1} << 16;
};

}  // namespace kazoo
KAZOO_API_END
