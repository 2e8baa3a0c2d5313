#pragma once

#include "subject.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace bench {

/// Keeps a fixed number of asynchronous operations in flight and takes their latencies.
/// Completions come one at a time, on any thread, perhaps while `run` still fills the window.
class Window {
public:
    /// Starts operation `index`, whose end `completed` is told of. Gives null, or what is wrong if
    /// the operation could not be started.
    using Start = std::function<const char*(std::size_t index)>;

    Window(Start start, std::size_t width, std::span<Duration> latencies);

    /// Performs all operations; throws std::runtime_error when one fails or nothing moves any more.
    /// Then others may still be under way: the window must live until they are over.
    void run();

    /// `error` is null after a success.
    void completed(std::size_t index, const char* error);

private:
    void finish(const char* error);

    const Start start_;
    const std::span<Duration> latencies_;
    std::vector<Clock::time_point> started_;
    const std::size_t first_fill_;

    // Only where completions run.
    std::size_t next_;
    std::size_t completed_ = 0;
    bool over_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool finished_ = false;
    const char* error_ = nullptr;
};

}  // namespace bench
