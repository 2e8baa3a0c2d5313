// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "subject.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace bench {

/// Keeps a fixed number of asynchronous operations in flight and records their latencies.
/// completed() is called from one thread at a time, possibly while run() still fills the window.
class Window {
public:
    /// Starts operation `index`; its callback must call completed(). Returns null, or a message if
    /// the operation could not be started.
    using Start = std::function<const char*(std::size_t index)>;

    Window(Start start, std::size_t width, std::span<Duration> latencies);

    /// Performs all operations. Throws std::runtime_error if one fails or the operations do not
    /// finish in time. Others may then still be in flight; the window must outlive them.
    void run();

    /// Called at the end of each operation; `error` is null if it succeeded.
    void completed(std::size_t index, const char* error);

private:
    void finish(const char* error);

    const Start start_;
    const std::span<Duration> latencies_;
    std::vector<Clock::time_point> started_;
    const std::size_t first_fill_;

    // Used only by completed().
    std::size_t next_;
    std::size_t completed_ = 0;
    bool over_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_:
    bool finished_ = false;
    const char* error_ = nullptr;
};

}  // namespace bench
