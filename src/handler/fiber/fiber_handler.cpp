// SPDX-License-Identifier: Apache-2.0
// SequentialFiberHandler: four fibers of one thread, a reactor for the connections and one for each
// lane.
//
//     home thread:  | user's fibers | reactor: io_context | completion | callback | session |
//
// They are started for the first user, in its thread, and leave after the last: first the reactor,
// because until then it may dispatch to the lanes. See fiber_idle.hpp for how the thread waits.
#include "async/refuse_wait.hpp"
#include "base/fork_guard.hpp"
#include "handler/fiber/default_algorithm.hpp"
#include "handler/fiber/fiber_lane.hpp"
#include "handler/fiber/fiber_lane_slots.hpp"
#include "handler/fiber/fiber_reactor.hpp"
#include "handler/fiber/fiber_waiter.hpp"
#include "handler/fiber/thread_end.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/fiber.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/protected_fixedsize_stack.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

namespace kazoo {
namespace {

/// User callbacks may need a deep stack; pages that are not touched cost nothing.
constexpr std::size_t stack_bytes = 256 * 1024;

/// How long stop() waits on another thread: the home thread may never run fibers again.
constexpr auto patience_elsewhere = std::chrono::seconds(2);

template <class Body>
void start_fiber(Body body) {
    boost::fibers::fiber(
        boost::fibers::launch::post,
        std::allocator_arg,
        boost::fibers::protected_fixedsize_stack(stack_bytes),
        std::move(body)
    )
        .detach();
}

}  // namespace

/// Shared with the fibers themselves, so that the handler may be destroyed in one of them.
struct SequentialFiberHandler::Fibers {
    // Serialises start and stop, and guards `users`. A plain mutex: a fiber must not be
    // suspended while it holds it.
    std::mutex life_mutex;
    int users = 0;         // starts without a stop
    std::thread::id home;  // the thread whose fibers these are; written with life_mutex held
    std::atomic<bool> running{false};
    std::atomic<bool> gone{false};  // the home thread has ended
    const base::ForkGuard fork;
    handler::FiberReactor reactor;
    std::array<handler::FiberLane, 3> lanes;

    /// Returns whether no thread would run tasks given to the fibers.
    [[nodiscard]] bool deserted() const noexcept { return gone.load() || fork.in_child(); }
    [[nodiscard]] bool in_own_fiber() const noexcept {
        return reactor.is_current() ||
               std::any_of(lanes.begin(), lanes.end(), [](const auto& lane) {
                   return lane.fiber.is_current();
               });
    }

    void adopt_thread(const std::shared_ptr<Fibers>& self);
    void start_all(const std::shared_ptr<Fibers>& self);
    void start_lane(handler::FiberLane& lane, const std::shared_ptr<Fibers>& self);
    void start_reactor(const std::shared_ptr<Fibers>& self);
    void finish_lanes();
    void finish_lanes_if_stopped();
    void wait_finished_until(TimePoint deadline);
};

void SequentialFiberHandler::Fibers::start_lane(
    handler::FiberLane& lane, const std::shared_ptr<Fibers>& self
) {
    if (!lane.queue.open()) {
        return;
    }
    try {
        start_fiber([self, &lane] {
            handler::mark_fiber_thread();
            const handler::OwnFiber::Scope own(lane.fiber);
            lane.queue.serve();
            self->reactor.sweep();  // the last callbacks may have destroyed clients
        });
    } catch (...) {
        lane.queue.give_up();
        throw;
    }
}

void SequentialFiberHandler::Fibers::start_reactor(const std::shared_ptr<Fibers>& self) {
    if (!reactor.open()) {
        return;
    }
    try {
        start_fiber([self] {
            self->reactor.run();
            self->finish_lanes_if_stopped();
        });
    } catch (...) {
        reactor.give_up();
        throw;
    }
}

/// Makes the calling thread the home thread, and arranges for its end.
void SequentialFiberHandler::Fibers::adopt_thread(const std::shared_ptr<Fibers>& self) {
    if (home == std::this_thread::get_id() && !gone.load()) {
        return;
    }
    handler::at_thread_end([weak = std::weak_ptr<Fibers>(self),
                            thread = std::this_thread::get_id()] {
        const auto fibers = weak.lock();
        if (!fibers || fibers->home != thread) {
            return;
        }
        fibers->gone.store(true);
        fibers->running.store(false);
        fibers->reactor.finish();
    });
    home = std::this_thread::get_id();
    gone.store(false);
}

void SequentialFiberHandler::Fibers::start_all(const std::shared_ptr<Fibers>& self) {
    handler::replace_default_algorithm();
    try {
        for (auto& lane : lanes) {
            start_lane(lane, self);
        }
        start_reactor(self);
    } catch (...) {
        finish_lanes();
        throw;
    }
}

void SequentialFiberHandler::Fibers::finish_lanes() {
    for (auto& lane : lanes) {
        lane.queue.finish();
    }
}

/// Called when the reactor has left, not earlier: until then it may dispatch to the lanes.
void SequentialFiberHandler::Fibers::finish_lanes_if_stopped() {
    const std::lock_guard lock(life_mutex);
    if (!running.load()) {
        finish_lanes();
    }
}

void SequentialFiberHandler::Fibers::wait_finished_until(TimePoint deadline) {
    reactor.wait_finished_until(deadline);
    finish_lanes_if_stopped();
    for (auto& lane : lanes) {
        lane.queue.wait_finished_until(deadline);
    }
}

SequentialFiberHandler::SequentialFiberHandler() : fibers_(std::make_shared<Fibers>()) {
    handler::use_fiber_lane_slots();
}

SequentialFiberHandler::~SequentialFiberHandler() {
    if (fibers_->fork.in_child()) {
        base::leave_to_parent(fibers_);
        return;
    }
    {
        const std::lock_guard lock(fibers_->life_mutex);
        fibers_->users = std::min(fibers_->users, 1);
    }
    stop();
}

std::string_view SequentialFiberHandler::name() const noexcept {
    return "sequential_fiber_handler";
}

/// In a forked child: replaces the parent's fibers, unless they were running and are therefore
/// suspended in the child's thread.
void SequentialFiberHandler::own_in_child() {
    if (fibers_->fork.in_child() && !fibers_->running.load()) {
        auto own = std::make_shared<Fibers>();
        base::leave_to_parent(fibers_);
        fibers_ = std::move(own);
    }
}

boost::asio::any_io_executor SequentialFiberHandler::executor() {
    own_in_child();
    return fibers_->reactor.executor();
}

void SequentialFiberHandler::dispatch(Lane lane, Task task) {
    auto& queue = fibers_->lanes[static_cast<std::size_t>(lane)].queue;
    bool taken = false;
    if (!fibers_->deserted()) {
        handler::among_fibers([&] { taken = queue.push(task); });
    }
    if (!taken) {
        task();
    }
}

std::shared_ptr<Waiter> SequentialFiberHandler::waiter() {
    if (fibers_->fork.in_child()) {
        base::refuse_to_wait_in_child();
    }
    if (fibers_->gone.load()) {
        base::refuse_to_wait("the thread that ran the handler's fibers has ended");
    }
    if (fibers_->reactor.is_current()) {
        base::refuse_to_wait("the connection fiber must not block");
    }
    return std::make_shared<handler::FiberWaiter>();
}

void SequentialFiberHandler::start() {
    own_in_child();
    if (fibers_->fork.in_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::not_sent, "start"));
    }
    const std::lock_guard lock(fibers_->life_mutex);
    auto& f = *fibers_;
    if (f.users == 0) {
        f.adopt_thread(fibers_);
        f.start_all(fibers_);
        f.running.store(true);
    }
    ++f.users;
}

void SequentialFiberHandler::stop() {
    const auto keep = fibers_;
    auto deadline = TimePoint::max();
    {
        const std::lock_guard lock(keep->life_mutex);
        if (keep->users == 0 || --keep->users > 0) {
            return;
        }
        keep->running.store(false);
        if (keep->gone.load()) {
            return;
        }
        keep->reactor.finish();
        if (keep->home != std::this_thread::get_id()) {
            deadline = Clock::now() + patience_elsewhere;
        }
    }
    if (!keep->in_own_fiber()) {
        handler::among_fibers([&] { keep->wait_finished_until(deadline); });
    }
}

bool SequentialFiberHandler::running() const noexcept {
    return fibers_->running.load();
}

}  // namespace kazoo
