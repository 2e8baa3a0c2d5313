// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "handler/fiber/fiber_idle.hpp"
#include "handler/fiber/own_fiber.hpp"

#include <kazoo/handler.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/fiber/condition_variable.hpp>

#include <mutex>
#include <optional>

namespace kazoo::handler {

/// The loop (io_context) of a fiber handler's connections, and the fiber that runs it:
///
///     run()   while not finished:  work()   some handlers, without blocking
///                                  yield    if there were any, else
///                                  rest()   park, and wait in the poller if no fiber is ready;
///                                           with an algorithm that cannot do that, nap()
///
/// `executor`, `finish` and `wait_finished_until` are thread-safe. The other functions are called
/// on the handler's thread, by the handler's start or by its fibers.
class FiberReactor {
public:
    [[nodiscard]] boost::asio::io_context::executor_type executor() noexcept {
        return io_.get_executor();
    }

    /// Returns whether the caller has to start a fiber that calls `run`: the old one may not have
    /// left yet, and then continues.
    [[nodiscard]] bool open();
    /// Called if that fiber could not be started.
    void give_up();
    void run();
    /// Makes `run` return once it has run what was posted before.
    void finish();
    /// Waits until `run` has returned or the reactor has been opened again.
    void wait_finished_until(TimePoint deadline);
    /// Runs, in the calling fiber, the handlers left in the loop after `run` has returned. They own
    /// clients, which own this loop: without this they would never be released.
    void sweep();
    [[nodiscard]] bool is_current() const noexcept { return fiber_.is_current(); }

private:
    [[nodiscard]] bool leave();
    [[nodiscard]] bool work();
    void rest();
    void wait_in_place(detail::FiberIdle::State& idle, TimePoint deadline);
    void nap();

    boost::asio::io_context io_;
    // Keeps io_ from stopping when it has no work; guarded by mutex_.
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
    boost::asio::steady_timer alarm_{io_};  // ends a short wait; used by the reactor's fiber only
    OwnFiber fiber_;
    TimePoint last_work_{};  // when a handler last ran; used on the handler's thread only

    std::mutex mutex_;  // a fiber must not be suspended while it holds it
    boost::fibers::condition_variable_any changed_;
    // Guarded by mutex_:
    bool running_ = false;    // a fiber is in run(), or is about to be
    bool finishing_ = false;  // finish() was called, and no open() since
    bool ended_ = false;      // what was posted before finish() has run
    unsigned opened_ = 0;     // number of calls of open()
};

}  // namespace kazoo::handler
