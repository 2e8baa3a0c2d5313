#include "base/fork_guard.hpp"
#include "base/refuse_wait.hpp"
#include "handler/connection_thread.hpp"
#include "handler/lane_worker.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <algorithm>
#include <array>
#include <atomic>

namespace kazoo {

/// Shared with the threads themselves, so that the handler may be destroyed on one of them.
struct SequentialThreadingHandler::Threads {
    std::mutex life_mutex;  // start and stop, one at a time
    int users = 0;
    std::atomic<bool> running{false};
    const base::ForkGuard fork;
    handler::ConnectionThread connection;
    std::array<handler::LaneWorker, 3> lanes;

    handler::LaneWorker& lane(Lane which) { return lanes[static_cast<std::size_t>(which)]; }
    bool on_own_thread() {
        return connection.on_this_thread() ||
               std::any_of(lanes.begin(), lanes.end(), [](auto& l) { return l.on_own_thread(); });
    }
    void end();
};

/// The connection first: it may still complete results onto the lanes.
void SequentialThreadingHandler::Threads::end() {
    connection.end();
    connection.join();
    for (auto& lane : lanes) {
        lane.finish();
    }
}

SequentialThreadingHandler::SequentialThreadingHandler() : threads_(std::make_shared<Threads>()) {}

SequentialThreadingHandler::~SequentialThreadingHandler() {
    if (threads_->fork.in_child()) {
        base::leave_to_parent(threads_);
        return;
    }
    {
        const std::lock_guard lock(threads_->life_mutex);
        threads_->users = threads_->users > 0 ? 1 : 0;
    }
    stop();
}

std::string_view SequentialThreadingHandler::name() const noexcept {
    return "sequential_threading_handler";
}

boost::asio::any_io_executor SequentialThreadingHandler::executor() {
    return threads_->connection.executor();
}

void SequentialThreadingHandler::dispatch(Lane lane, Task task) {
    if (threads_->fork.in_child() || !threads_->lane(lane).push(task)) {
        task();
    }
}

std::shared_ptr<Waiter> SequentialThreadingHandler::waiter() {
    if (threads_->fork.in_child()) {
        base::refuse_to_wait_in_child();
    }
    threads_->connection.refuse_to_block();
    return detail::thread_waiter();
}

void SequentialThreadingHandler::start() {
    const std::lock_guard lock(threads_->life_mutex);
    auto& t = *threads_;
    if (t.users > 0) {
        ++t.users;
        return;
    }
    try {
        t.connection.start(threads_);
        for (auto& lane : t.lanes) {
            lane.start(threads_);
        }
    } catch (...) {
        t.end();
        throw;
    }
    t.users = 1;
    t.running.store(true);
}

void SequentialThreadingHandler::stop() {
    const auto keep = threads_;
    bool on_own_thread = false;
    {
        const std::lock_guard lock(keep->life_mutex);
        if (keep->users == 0 || --keep->users > 0) {
            return;
        }
        keep->running.store(false);
        on_own_thread = keep->on_own_thread();
        keep->end();
    }
    if (!on_own_thread) {
        for (auto& lane : keep->lanes) {
            lane.wait_finished();
        }
    }
}

bool SequentialThreadingHandler::running() const noexcept {
    return threads_->running.load();
}

}  // namespace kazoo
