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

/// The fiber that drives a handler's connections.
class Pump {
public:
    [[nodiscard]] boost::asio::io_context::executor_type executor() noexcept {
        return io_.get_executor();
    }

    /// Says whether a fiber is to be brought that calls `run`; the old one may still be there.
    [[nodiscard]] bool open();
    void give_up();
    void run();
    /// Lets `run` return once it has run what was posted before.
    void finish();
    void wait_finished_until(TimePoint deadline);
    /// Runs what has been posted since `run` returned, in the calling fiber: what was cut off there
    /// still owns clients, which own this loop.
    void sweep();
    [[nodiscard]] bool is_current() const noexcept { return fiber_.is_current(); }

private:
    [[nodiscard]] bool leave();
    [[nodiscard]] bool work();
    void rest();
    void wait_in_place(detail::FiberIdle::State& idle, TimePoint deadline);
    void nap();

    boost::asio::io_context io_;
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
    boost::asio::steady_timer alarm_{io_};
    OwnFiber fiber_;
    TimePoint last_work_{};

    std::mutex mutex_;
    boost::fibers::condition_variable_any changed_;
    bool running_ = false;
    bool finishing_ = false;
    bool ended_ = false;  // what was posted before `finish` has run
    unsigned opened_ = 0;
};

}  // namespace kazoo::handler
