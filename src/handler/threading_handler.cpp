#include "base/fork_guard.hpp"
#include "base/quiet_thread.hpp"
#include "handler/lane_worker.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <thread>

namespace kazoo {

/// Shared with the threads themselves, so that the handler may be destroyed on one of them.
struct SequentialThreadingHandler::Threads {
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    std::mutex life_mutex;  // start and stop, one at a time
    int users = 0;
    std::atomic<bool> running{false};
    const std::uint32_t fork_generation = base::fork_generation();
    boost::asio::io_context io{1};
    std::optional<WorkGuard> work;
    std::atomic<bool> ending{false};  // the connection's thread is to leave
    std::array<handler::LaneWorker, 3> lanes;
    std::thread connection;

    ~Threads() {
        if (connection.joinable()) {
            connection.detach();  // destroyed by the thread itself, as the last owner
        }
    }

    handler::LaneWorker& lane(Lane which) { return lanes[static_cast<std::size_t>(which)]; }
    bool on_own_thread();
    void start_connection(const std::shared_ptr<Threads>& self);
    void end_connection();
    [[nodiscard]] bool in_forked_child() const noexcept {
        return fork_generation != base::fork_generation();
    }
};

namespace {
thread_local const void* connection_thread_of = nullptr;
}

bool SequentialThreadingHandler::Threads::on_own_thread() {
    return connection_thread_of == this ||
           std::any_of(lanes.begin(), lanes.end(), [](auto& l) { return l.on_own_thread(); });
}

void SequentialThreadingHandler::Threads::start_connection(const std::shared_ptr<Threads>& self) {
    if (connection_thread_of == this) {
        // Stopped and started again by this very thread: it has not left the loop, and stays.
        ending.store(false);
        work.emplace(io.get_executor());
        return;
    }
    end_connection();
    ending.store(false);
    io.restart();
    work.emplace(io.get_executor());
    connection = base::start_quiet_thread([self] {
        connection_thread_of = self.get();
        self->io.run();
        // What was cut off by the stop still owns clients, which own this loop.
        self->io.restart();
        self->io.poll();
    });
}

void SequentialThreadingHandler::Threads::end_connection() {
    if (!connection.joinable()) {
        return;
    }
    // What was posted before still runs. Not the end of all work: a name look-up that hangs is
    // work.
    ending.store(true);
    boost::asio::post(io, [this] {
        if (ending.load()) {
            io.stop();
        }
    });
    work.reset();
    if (connection_thread_of != this) {
        connection.join();
    }
}

SequentialThreadingHandler::SequentialThreadingHandler() : threads_(std::make_shared<Threads>()) {}

SequentialThreadingHandler::~SequentialThreadingHandler() {
    if (threads_->in_forked_child()) {
        // The threads exist in the parent only and may hold the locks: nothing may be touched.
        static_cast<void>(new std::shared_ptr<Threads>(std::move(threads_)));
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
    return threads_->io.get_executor();
}

void SequentialThreadingHandler::dispatch(Lane lane, Task task) {
    if (threads_->in_forked_child() || !threads_->lane(lane).push(task)) {
        task();
    }
}

std::shared_ptr<Waiter> SequentialThreadingHandler::waiter() {
    if (threads_->in_forked_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::unknown, "wait"));
    }
    if (connection_thread_of == threads_.get()) {
        throw_error(Error(
            ClientErrc::would_deadlock,
            Outcome::not_sent,
            "wait",
            {},
            "the connection's own thread must not block"
        ));
    }
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
        t.start_connection(threads_);
        for (auto& lane : t.lanes) {
            lane.start(threads_);
        }
    } catch (...) {
        t.end_connection();
        for (auto& lane : t.lanes) {
            lane.finish();
        }
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
        // The connection first: it may still complete results onto the lanes.
        keep->end_connection();
        for (auto& lane : keep->lanes) {
            lane.finish();
        }
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
