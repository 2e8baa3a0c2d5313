// SPDX-License-Identifier: Apache-2.0
#include "handler/thread_lane.hpp"

#include "base/signal_masked_thread.hpp"

#include <utility>

namespace kazoo::handler {

ThreadLane::~ThreadLane() {
    if (thread_.joinable()) {
        thread_.detach();  // it is the last owner and runs this destructor
    }
}

void ThreadLane::start(std::shared_ptr<void> owner) {
    const std::lock_guard lock(thread_mutex_);
    if (!queue_.open()) {
        return;
    }
    if (thread_.joinable()) {
        thread_.detach();  // it has left the queue, but may not have returned yet
    }
    try {
        thread_ =
            base::start_masked_thread(name_, [this, owner = std::move(owner)] { queue_.serve(); });
    } catch (...) {
        queue_.give_up();
        throw;
    }
}

bool ThreadLane::push_once(Task& task, std::shared_ptr<void> owner) {
    try {
        start(std::move(owner));
    } catch (const std::exception&) {
        return false;
    }
    const bool pushed = queue_.push(task);
    queue_.finish();
    return pushed;
}

void ThreadLane::wait_finished() {
    queue_.wait_finished();
    std::thread ended;  // joined without the mutex
    {
        const std::lock_guard lock(thread_mutex_);
        if (!queue_.serving()) {  // else the lane was started again, and the thread goes on
            ended = std::move(thread_);
        }
    }
    if (ended.joinable()) {
        ended.join();
    }
}

bool ThreadLane::on_own_thread() {
    const std::lock_guard lock(thread_mutex_);
    return thread_.get_id() == std::this_thread::get_id();
}

}  // namespace kazoo::handler
