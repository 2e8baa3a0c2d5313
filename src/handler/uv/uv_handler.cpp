// SPDX-License-Identifier: Apache-2.0
// SequentialUvHandler: callbacks run on the user's libuv loop, connections on a thread of the
// handler.
#include "async/refuse_wait.hpp"
#include "base/fork_guard.hpp"
#include "handler/connection_thread.hpp"
#include "handler/uv/uv_lanes.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/uv.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <mutex>
#include <utility>

namespace kazoo {
namespace {

/// How long stop() waits for the lanes: no thread may be running the loop.
constexpr auto drain_limit = std::chrono::seconds(2);

}  // namespace

/// Shared with the connection's thread, so that the handler may be destroyed on it.
struct SequentialUvHandler::Loop {
    explicit Loop(uv_loop_t* loop) : queue(handler::UvLanes::open(loop)) {}

    void end(bool for_good);

    const base::ForkGuard fork;
    const std::shared_ptr<handler::UvLanes> queue;
    std::mutex life_mutex;  // guards users and closed; never held while waiting for a thread
    int users = 0;          // starts without a stop
    bool closed = false;
    std::atomic<bool> running{false};
    handler::ConnectionThread connection;
};

namespace {

/// Owned by the connection's thread: keeps the libuv loop alive until that thread has left.
template <class Loop>
class Hold {
public:
    explicit Hold(std::shared_ptr<Loop> loop) : loop_(std::move(loop)) { loop_->queue->hold(); }
    ~Hold() { loop_->queue->release(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

private:
    const std::shared_ptr<Loop> loop_;
};

}  // namespace

/// Ends one use of the handler, or all of them (`for_good`). In the latter case it does not wait,
/// because clients may still be about to stop.
void SequentialUvHandler::Loop::end(bool for_good) {
    bool wait = false;
    {
        const std::lock_guard lock(life_mutex);
        const bool was_used = users > 0;
        users = for_good || !was_used ? 0 : users - 1;
        closed = closed || for_good;
        if (was_used && users == 0) {
            running.store(false);
            connection.end();
            wait = !for_good && !queue->on_loop_thread() && !connection.on_this_thread();
        }
    }
    if (wait) {  // without the mutex: the connection's thread may be about to take it
        connection.wait_left();
        queue->wait_idle(drain_limit);
    }
    if (for_good) {
        queue->close();
    }
}

SequentialUvHandler::SequentialUvHandler(uv_loop_t* loop) : loop_(std::make_shared<Loop>(loop)) {}

SequentialUvHandler::~SequentialUvHandler() {
    if (loop_->fork.in_child()) {
        base::leave_to_parent(loop_);
        return;
    }
    close();
}

std::string_view SequentialUvHandler::name() const noexcept {
    return "sequential_uv_handler";
}

boost::asio::any_io_executor SequentialUvHandler::executor() {
    return loop_->connection.executor();
}

void SequentialUvHandler::dispatch(Lane, Task task) {
    // One queue for all lanes: the loop's thread runs one task at a time anyway.
    if (loop_->fork.in_child() || !loop_->queue->push(task)) {
        task();
    }
}

std::shared_ptr<Waiter> SequentialUvHandler::waiter() {
    if (loop_->fork.in_child()) {
        base::refuse_to_wait_in_child();
    }
    if (loop_->queue->on_loop_thread()) {
        base::refuse_to_wait("this is the thread of the libuv loop, which must not block");
    }
    loop_->connection.refuse_to_block();
    return detail::thread_waiter();
}

void SequentialUvHandler::start() {
    if (loop_->fork.in_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::not_sent, "start"));
    }
    const std::lock_guard lock(loop_->life_mutex);
    if (loop_->closed) {
        throw_error(Error(
            ClientErrc::configuration,
            Outcome::not_sent,
            "start",
            {},
            "this SequentialUvHandler has been closed; make a new one"
        ));
    }
    if (loop_->users == 0) {
        loop_->connection.start(std::make_shared<Hold<Loop>>(loop_), [] {});
        loop_->running.store(true);
    }
    ++loop_->users;
}

void SequentialUvHandler::stop() {
    if (!loop_->fork.in_child()) {
        const auto keep = loop_;  // the handler may go away while this waits
        keep->end(false);
    }
}

void SequentialUvHandler::close() {
    if (!loop_->fork.in_child()) {
        const auto keep = loop_;
        keep->end(true);
    }
}

bool SequentialUvHandler::running() const noexcept {
    return loop_->running.load();
}

}  // namespace kazoo
