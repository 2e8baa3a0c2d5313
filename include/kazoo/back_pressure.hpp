// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// How a program that issues operations faster than the servers answer them waits for room in the
/// client's queue, instead of handling QueueFullError. A base of KazooClient. Blocking calls may
/// wait by themselves (WhenFull::wait).
///
///     for (const auto& [path, data] : many) {
///         co_await zk.room_async();
///         zk.set_async(path, data).rawlink(note_result);
///     }
class BackPressure {
public:
    /// Completes when the queue of requests has room: fewer operations without a reply than
    /// ClientLimits::requests, and fewer bytes waiting than ClientLimits::queued_bytes. At once if
    /// there is room now and no earlier call waits for it. Those that wait complete in the order of
    /// the calls.
    ///
    /// Reserves nothing: an operation of another thread may take the room first, and the next call
    /// then fails with QueueFullError: wait again. Waits also while the client is not connected.
    ///
    /// Fails with ConnectionClosedError if the client is not started or is stopped meanwhile, with
    /// ConnectionLoss if it gives up (ClientOptions::connection_retry), with OperationTimeoutError
    /// or CancelledError according to `options`, and with QueueFullError if the greater of 1024 and
    /// ClientLimits::requests calls wait already, or because callbacks are too slow. The outcome is
    /// always Outcome::not_sent. Completes on Handler::executor(). Thread-safe.
    AsyncResult<void> room_async(const CallOptions& options = CallOptions());
    /// The blocking form.
    void room(const CallOptions& options = CallOptions());

protected:
    BackPressure() = default;
    ~BackPressure() = default;
    BackPressure(const BackPressure&) = default;
    BackPressure& operator=(const BackPressure&) = default;
};

}  // namespace kazoo
KAZOO_API_END
