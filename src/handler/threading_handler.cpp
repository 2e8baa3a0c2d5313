// SPDX-License-Identifier: Apache-2.0
// SequentialThreadingHandler: one thread for the connections and one for each lane.
//
//     connection thread --results, events--> | completion lane | callback lane | session lane |
//
// A caller that waits may run the connection in place of its thread; see LoopSharing.
//
// They start with the first user and end with the last. The connection thread ends first, because
// until then it may dispatch to the lanes.
#include "async/refuse_wait.hpp"
#include "base/fork_guard.hpp"
#include "handler/connection_thread.hpp"
#include "handler/thread_lane.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <algorithm>
#include <array>
#include <atomic>

namespace kazoo {

/// Shared with the threads themselves, so that the handler may be destroyed on one of them.
struct SequentialThreadingHandler::Threads : std::enable_shared_from_this<Threads> {
    // Guards `users`, and makes starting and stopping the threads one step. Never held while
    // waiting for a thread, because the connection thread takes it when it leaves.
    std::mutex life_mutex;
    int users = 0;  // starts without a stop
    std::atomic<bool> running{false};
    const base::ForkGuard fork;
    handler::ConnectionThread connection;
    std::array<handler::ThreadLane, 3> lanes{
        handler::ThreadLane("kazoo-results"),
        handler::ThreadLane("kazoo-watches"),
        handler::ThreadLane("kazoo-listeners")};

    handler::ThreadLane& lane(Lane which) { return lanes[static_cast<std::size_t>(which)]; }
    bool on_own_thread() {
        return connection.on_this_thread() ||
               std::any_of(lanes.begin(), lanes.end(), [](auto& l) { return l.on_own_thread(); });
    }
    [[nodiscard]] bool push(Lane which, Task& task);
    void start();
    void stop(bool for_good);
    void finish_lanes_if_unused();
};

/// If no thread serves the lane, starts one for this task: running it in the caller's thread could
/// deadlock, because the caller may hold locks that it needs.
bool SequentialThreadingHandler::Threads::push(Lane which, Task& task) {
    if (lane(which).push(task)) {
        return true;
    }
    const std::lock_guard lock(life_mutex);
    return lane(which).push(task) || lane(which).push_once(task, shared_from_this());
}

void SequentialThreadingHandler::Threads::start() {
    const std::lock_guard lock(life_mutex);
    if (users == 0) {
        try {
            for (auto& lane : lanes) {
                lane.start(shared_from_this());
            }
            connection.start(shared_from_this(), [this] { finish_lanes_if_unused(); });
        } catch (...) {
            for (auto& lane : lanes) {
                lane.finish();
            }
            throw;
        }
        running.store(true);
    }
    ++users;
}

/// Ends one use of the handler, or all of them (`for_good`), and waits for the threads after the
/// last.
void SequentialThreadingHandler::Threads::stop(bool for_good) {
    {
        const std::lock_guard lock(life_mutex);
        const bool was_used = users > 0;
        users = for_good || !was_used ? 0 : users - 1;
        if (was_used && users == 0) {
            running.store(false);
            connection.end();
        } else if (!for_good) {
            return;
        }
    }
    if (!on_own_thread()) {
        connection.wait_left();
        for (auto& lane : lanes) {
            lane.wait_finished();
        }
    }
}

/// Called when the connection thread leaves, not earlier: until then it may dispatch to the lanes.
void SequentialThreadingHandler::Threads::finish_lanes_if_unused() {
    const std::lock_guard lock(life_mutex);
    if (users == 0) {
        for (auto& lane : lanes) {
            lane.finish();
        }
    }
}

SequentialThreadingHandler::SequentialThreadingHandler() : threads_(std::make_shared<Threads>()) {}

SequentialThreadingHandler::~SequentialThreadingHandler() {
    if (threads_->fork.in_child()) {
        base::leave_to_parent(threads_);
        return;
    }
    const auto keep = threads_;
    keep->stop(true);
}

std::string_view SequentialThreadingHandler::name() const noexcept {
    return "sequential_threading_handler";
}

/// In a forked child the parent's threads do not exist: the child gets its own.
void SequentialThreadingHandler::own_in_child() {
    if (threads_->fork.in_child()) {
        auto own = std::make_shared<Threads>();
        base::leave_to_parent(threads_);
        threads_ = std::move(own);
    }
}

boost::asio::any_io_executor SequentialThreadingHandler::executor() {
    own_in_child();
    return threads_->connection.executor();
}

void SequentialThreadingHandler::dispatch(Lane lane, Task task) {
    threads_->connection.sharing().note_dispatch();
    if (threads_->fork.in_child() || !threads_->push(lane, task)) {
        task();
    }
}

std::shared_ptr<Waiter> SequentialThreadingHandler::waiter() {
    if (threads_->fork.in_child()) {
        base::refuse_to_wait_in_child();
    }
    auto& connection = threads_->connection;
    connection.refuse_to_block();
    if (detail::LaneScope::any_lane() != nullptr) {
        return detail::thread_waiter();  // what the loop runs must not count as running on a lane
    }
    auto waiter = handler::loop_waiter();
    waiter->use(std::shared_ptr<handler::LoopSharing>(threads_, &connection.sharing()), connection);
    return waiter;
}

void SequentialThreadingHandler::start() {
    own_in_child();
    threads_->start();
}

void SequentialThreadingHandler::stop() {
    if (threads_->fork.in_child()) {
        return;
    }
    const auto keep = threads_;  // the handler may be destroyed while this waits
    keep->stop(false);
}

bool SequentialThreadingHandler::running() const noexcept {
    return threads_->running.load();
}

}  // namespace kazoo
