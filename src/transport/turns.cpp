// SPDX-License-Identifier: Apache-2.0
#include "transport/turns.hpp"

namespace kazoo::transport {

/// Blocks the calling thread until it may run its handler, because the handler could not be queued.
Turns::Turn Turns::wait(std::unique_lock<std::mutex>& lock) {
    const auto self = std::this_thread::get_id();
    if (running_ == self) {
        return Turn::inside;
    }
    free_.wait(lock, [this] { return running_ == std::thread::id(); });
    note_thread(self);
    return Turn::now;
}

void Turns::note_thread(std::thread::id self) noexcept {
    running_ = self;
    if (last_ != self) {
        settled_ = last_ == std::thread::id() ? settled_at_first : settled_later;
        last_ = self;
        in_one_thread_ = 0;
    } else if (in_one_thread_ < settled_) {
        ++in_one_thread_;
    }
}

/// Runs the handlers that other threads have queued meanwhile. The queue is found empty and
/// running_ cleared in one step, so that none is left behind.
void Turns::end() noexcept {
    for (std::vector<Task> handlers;;) {
        {
            const std::lock_guard lock(mutex_);
            if (waiting_.empty()) {
                running_ = {};
                free_.notify_all();
                return;
            }
            handlers.swap(waiting_);
        }
        for (auto& handler : handlers) {
            handler();
            handler = nullptr;
        }
        handlers.clear();
    }
}

}  // namespace kazoo::transport
