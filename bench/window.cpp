// SPDX-License-Identifier: Apache-2.0
#include "window.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace bench {

Window::Window(Start start, std::size_t width, std::span<Duration> latencies)
    : start_(std::move(start)),
      latencies_(latencies),
      started_(latencies.size()),
      first_fill_(std::min(width, latencies.size())),
      next_(first_fill_) {}

void Window::run() {
    for (std::size_t index = 0; index < first_fill_; ++index) {
        started_[index] = Clock::now();
        if (const auto* error = start_(index)) {
            throw std::runtime_error(error);
        }
    }
    std::unique_lock lock(mutex_);
    // A long timeout, because the machine may be busy; it only has to detect lost replies.
    if (!changed_.wait_for(lock, 6 * patience, [this] { return finished_; })) {
        throw std::runtime_error("timed out waiting for replies");
    }
    if (error_ != nullptr) {
        throw std::runtime_error(error_);
    }
}

void Window::completed(std::size_t index, const char* error) {
    const auto now = Clock::now();
    if (over_) {
        return;
    }
    if (error != nullptr) {
        return finish(error);
    }
    latencies_[index] = now - started_[index];
    if (++completed_ == latencies_.size()) {
        return finish(nullptr);
    }
    if (next_ < latencies_.size()) {
        started_[next_] = now;
        if (const auto* refused = start_(next_++)) {
            finish(refused);
        }
    }
}

/// run() may return after this, and the window be destroyed once no operation is pending.
void Window::finish(const char* error) {
    over_ = true;
    const std::lock_guard lock(mutex_);
    finished_ = true;
    error_ = error;
    changed_.notify_one();
}

}  // namespace bench
