// SPDX-License-Identifier: Apache-2.0
#include "handler/connection_thread.hpp"

#include "async/refuse_wait.hpp"
#include "base/signal_masked_thread.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <new>
#include <utility>

namespace kazoo::handler {
namespace {

// Which handler's thread this is; null for other threads.
thread_local const ConnectionThread* connection_thread_of = nullptr;

}  // namespace

ConnectionThread::~ConnectionThread() {
    if (thread_.joinable()) {
        thread_.detach();  // it has left, or it is the last owner and runs this destructor
    }
}

/// A thread may take the place of several, each within the code that the loop before has run.
const ConnectionThread::Substitute*& ConnectionThread::Substitute::innermost() noexcept {
    thread_local const Substitute* innermost = nullptr;
    return innermost;
}

ConnectionThread::Substitute::Substitute(const ConnectionThread& thread) noexcept
    : thread_(thread),
      outer_(std::exchange(innermost(), this)),
      slot_(base::find_lane_slot(true)),
      deadline_(std::exchange(slot_->deadline, nullptr)) {}

ConnectionThread::Substitute::~Substitute() {
    slot_->deadline = deadline_;
    innermost() = outer_;
}

bool ConnectionThread::on_this_thread() const noexcept {
    const auto* substitute = Substitute::innermost();
    while (substitute != nullptr && &substitute->thread_ != this) {
        substitute = substitute->outer_;
    }
    return substitute != nullptr || connection_thread_of == this;
}

void ConnectionThread::refuse_to_block() const {
    if (on_this_thread()) {
        base::refuse_to_wait("the connection thread must not block");
    }
}

void ConnectionThread::start(std::shared_ptr<void> owner, Task leaving) {
    const std::lock_guard lock(mutex_);
    ending_ = false;
    sharing_.open();
    work_.emplace(io_.get_executor());
    changed_.notify_all();
    if (serving_) {
        return;  // the thread has not left yet: leave() will find ending_ false
    }
    if (thread_.joinable()) {
        thread_.detach();  // it has left, but may not have returned from run() yet
    }
    try {
        thread_ = base::start_masked_thread(
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

/// Repeats `serve` until it returns. An exception that escapes from a handler means that memory is
/// short: its connection recovers by its timer, and the others have to be served meanwhile.
template <class Serve>
void until_done(Serve&& serve) {
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

/// Repeats if start() was called while the thread was about to leave.
void ConnectionThread::run(Task leaving) {
    connection_thread_of = this;
    do {
        io_.restart();
        until_done([this] { io_.run(); });
        // end() has stopped the loop with handlers left in it. They own clients, which own this
        // loop: a cycle, unless they are run. They may also start a client again.
        io_.restart();
        until_done([this] { io_.poll(); });
        leaving();
    } while (!leave());
}

/// Decided with the mutex held, as in start(): after this has returned true, start() starts another
/// thread.
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
    // Stops the loop after the handlers that were posted before. Waiting until it runs out of work
    // would not do, because a name lookup that hangs counts as work.
    ending_ = true;
    sharing_.close();
    work_.reset();
    try {
        boost::asio::post(io_, [this] {
            const std::lock_guard ending(mutex_);
            if (ending_) {
                io_.stop();
            }
        });
    } catch (const std::bad_alloc&) {
        io_.stop();  // the handlers posted before are run by poll() in run()
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
    std::thread gone = std::move(thread_);  // joined without the mutex
    lock.unlock();
    gone.join();
}

}  // namespace kazoo::handler
