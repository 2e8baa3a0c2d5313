#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/unique_function.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::handler {

/// A thread of a handler's own that carries its connections. All members may be called from any
/// thread, its own included, and from several at once: none but `wait_left` waits.
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

    /// Lets a thread serve: a new one, or the one that was about to leave. Each time the thread is
    /// about to leave it calls `leaving`; a start meanwhile makes it stay. It keeps `owner`, which
    /// owns this object. Throws std::system_error if no thread can be created.
    void start(std::shared_ptr<void> owner, Task leaving);
    /// Lets the thread leave once it has run what was posted before.
    void end();
    /// Waits until the thread has left or has been started again. Returns at once on the thread
    /// itself.
    void wait_left();

private:
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    void run(Task leaving);
    [[nodiscard]] bool leave();

    boost::asio::io_context io_{1};
    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_:
    std::optional<WorkGuard> work_;
    bool serving_ = false;  // a thread runs io_, or is about to
    bool ending_ = false;   // it will leave
    std::thread thread_;    // the last one started
};

}  // namespace kazoo::handler
KAZOO_API_END
