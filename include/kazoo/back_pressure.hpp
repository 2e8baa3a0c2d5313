// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// How a program that issues operations faster than the servers answer them, or than its callbacks
/// take the results, waits instead of handling QueueFullError. A base of KazooClient. Blocking
/// calls may wait by themselves (WhenFull::wait).
///
///     for (const auto& [path, data] : many) {
///         co_await zk.room_async();
///         zk.set_async(path, data).rawlink(note_result);
///     }
class BackPressure {
public:
    /// Completes when an operation will be accepted: when the queue of requests has room, which is
    /// fewer operations without a reply than ClientLimits::requests and fewer bytes than
    /// ClientLimits::queued_bytes, and callbacks keep up, which is fewer of them waiting to run
    /// than ClientLimits::requests and fewer bytes of their replies than
    /// ClientLimits::backlog_bytes (Handler::backlog). At once if that is so now and no earlier
    /// call waits. Those that wait complete in the order of the calls.
    ///
    /// The next operation is then not refused because the queue is full or callbacks are too slow;
    /// one of several requests may be, after the first. No place is reserved for the caller: an
    /// operation of another thread may be that next one. The caller's own then fails with
    /// QueueFullError: wait again. Waits also while the client is not connected.
    ///
    /// Fails with ConnectionClosedError if the client is not started, with ConnectionLoss if it is
    /// stopped meanwhile or gives up (ClientOptions::connection_retry), with OperationTimeoutError
    /// or CancelledError according to `options`, and with QueueFullError if the greater of 1024 and
    /// ClientLimits::requests calls wait already. Also with QueueFullError if this was called on a
    /// lane of the handler, as in callbacks and coroutines, while callbacks are too slow and one of
    /// them is blocked in a wait for a result or an Event: it might be waiting for this caller. The
    /// outcome is always Outcome::not_sent. Completes on Handler::executor(). Thread-safe.
    AsyncResult<void> room_async(const CallOptions& options = CallOptions());
    /// The blocking form. On a lane of the handler, fails with QueueFullError if callbacks are too
    /// slow, because they would wait for the caller.
    void room(const CallOptions& options = CallOptions());

protected:
    BackPressure() = default;
    ~BackPressure() = default;
    BackPressure(const BackPressure&) = default;
    BackPressure& operator=(const BackPressure&) = default;
};

}  // namespace kazoo
KAZOO_API_END
