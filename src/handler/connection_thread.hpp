#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace kazoo::handler {

/// A thread of a handler's own that carries its connections. `start`, `end` and `join` are called
/// one at a time, from any thread, its own included.
class ConnectionThread {
public:
    ConnectionThread() = default;
    ConnectionThread(const ConnectionThread&) = delete;
    ConnectionThread& operator=(const ConnectionThread&) = delete;
    ~ConnectionThread();

    [[nodiscard]] boost::asio::io_context::executor_type executor() noexcept {
        return io_.get_executor();
    }
    [[nodiscard]] bool on_this_thread() const noexcept;
    /// Throws WouldDeadlockError on the thread itself.
    void refuse_to_block() const;

    /// The thread keeps `owner`, which owns this object, until it has left. Throws
    /// std::system_error if there is no thread to be had; `owner` is let go then.
    void start(std::shared_ptr<void> owner);
    /// Lets the thread leave once it has run what was posted before.
    void end();
    /// Waits until a thread that was told to end has left, unless it is the calling one.
    void join();

private:
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    void run();

    boost::asio::io_context io_{1};
    std::optional<WorkGuard> work_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace kazoo::handler
