#include "handler/connection_thread.hpp"

#include "base/quiet_thread.hpp"
#include "base/refuse_wait.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <new>
#include <utility>

namespace kazoo::handler {
namespace {

thread_local const void* connection_thread_of = nullptr;

}  // namespace

ConnectionThread::~ConnectionThread() {
    if (thread_.joinable()) {
        thread_.detach();  // it has left, or this is its own destruction as the last owner
    }
}

bool ConnectionThread::on_this_thread() const noexcept {
    return connection_thread_of == this;
}

void ConnectionThread::refuse_to_block() const {
    if (on_this_thread()) {
        base::refuse_to_wait("the connection thread must not block");
    }
}

void ConnectionThread::start(std::shared_ptr<void> owner, Task leaving) {
    const std::lock_guard lock(mutex_);
    ending_ = false;
    work_.emplace(io_.get_executor());
    changed_.notify_all();
    if (serving_) {
        return;  // it has not left yet, and stays
    }
    if (thread_.joinable()) {
        thread_.detach();  // has left; only its last steps may be under way
    }
    try {
        thread_ = base::start_quiet_thread(
            "kazoo-connect",
            [this, owner = std::move(owner), leaving = std::move(leaving)]() mutable {
                run(std::move(leaving));
            }
        );
    } catch (...) {
        work_.reset();
        throw;
    }
    serving_ = true;
}

namespace {

/// What throws out of a handler is a lack of memory: its connection goes without, as its timers
/// will find, and the others are served.
template <class Serve>
void whatever_throws(Serve&& serve) {
    for (;;) {
        try {
            serve();
            return;
        } catch (const std::exception&) {
            continue;
        }
    }
}

}  // namespace

void ConnectionThread::run(Task leaving) {
    connection_thread_of = this;
    do {
        io_.restart();
        whatever_throws([this] { io_.run(); });
        // What was cut off by the end still owns clients, which own this loop, and may start again.
        io_.restart();
        whatever_throws([this] { io_.poll(); });
        leaving();
    } while (!leave());
}

/// Decided in one step with `start`: a thread that has left does not come back.
bool ConnectionThread::leave() {
    const std::lock_guard lock(mutex_);
    if (!ending_) {
        return false;
    }
    serving_ = false;
    changed_.notify_all();
    return true;
}

void ConnectionThread::end() {
    const std::lock_guard lock(mutex_);
    if (!serving_) {
        return;
    }
    // What was posted before still runs. Not the end of all work: a name look-up that hangs is
    // work.
    ending_ = true;
    work_.reset();
    try {
        boost::asio::post(io_, [this] {
            const std::lock_guard ending(mutex_);
            if (ending_) {
                io_.stop();
            }
        });
    } catch (const std::bad_alloc&) {
        io_.stop();  // the tasks posted before are run by the poll that follows
    }
}

void ConnectionThread::wait_left() {
    if (on_this_thread()) {
        return;
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !serving_ || !ending_; });
    if (serving_ || !thread_.joinable()) {
        return;
    }
    std::thread gone = std::move(thread_);
    lock.unlock();
    gone.join();
}

}  // namespace kazoo::handler
