#include "handler/connection_thread.hpp"

#include "base/quiet_thread.hpp"
#include "base/refuse_wait.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace kazoo::handler {
namespace {

thread_local const void* connection_thread_of = nullptr;

}  // namespace

ConnectionThread::~ConnectionThread() {
    if (thread_.joinable()) {
        thread_.detach();  // destroyed by the thread itself, as the last owner
    }
}

bool ConnectionThread::on_this_thread() const noexcept {
    return connection_thread_of == this;
}

void ConnectionThread::refuse_to_block() const {
    if (on_this_thread()) {
        base::refuse_to_wait("the connection's own thread must not block");
    }
}

void ConnectionThread::start(std::shared_ptr<void> owner) {
    if (on_this_thread()) {
        // Stopped and started again by this very thread: it has not left the loop, and stays.
        ending_.store(false);
        work_.emplace(io_.get_executor());
        return;
    }
    end();
    join();
    ending_.store(false);
    io_.restart();
    work_.emplace(io_.get_executor());
    thread_ = base::start_quiet_thread([this, owner = std::move(owner)] { run(); });
}

void ConnectionThread::run() {
    connection_thread_of = this;
    do {
        io_.run();
        // What was cut off by the end still owns clients, which own this loop, and may start again.
        io_.restart();
        io_.poll();
        io_.restart();
    } while (!ending_.load());
}

void ConnectionThread::end() {
    if (!thread_.joinable()) {
        return;
    }
    // What was posted before still runs. Not the end of all work: a name look-up that hangs is
    // work.
    ending_.store(true);
    boost::asio::post(io_, [this] {
        if (ending_.load()) {
            io_.stop();
        }
    });
    work_.reset();
}

void ConnectionThread::join() {
    if (thread_.joinable() && !on_this_thread()) {
        thread_.join();
    }
}

}  // namespace kazoo::handler
