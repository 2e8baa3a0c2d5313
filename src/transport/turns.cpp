#include "transport/turns.hpp"

namespace kazoo::transport {

/// The handler cannot be queued: its thread waits, and so nothing is lost.
Turns::Turn Turns::wait(std::unique_lock<std::mutex>& lock) {
    const auto self = std::this_thread::get_id();
    if (running_ == self) {
        return Turn::inside;
    }
    free_.wait(lock, [this] { return running_ == std::thread::id(); });
    running_ = self;
    return Turn::now;
}

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
