// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/lane_slot.hpp"
#include "handler/loop_sharing.hpp"

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

/// The thread of a handler that runs its connections, and the loop (io_context) that it runs.
///
///     start()        a thread runs io_ (serving_)
///     end()          it runs what was posted before, then calls `leaving` (serving_ and ending_)
///         start()    before it has left: it stays
///         otherwise  it leaves; the next start() starts another thread
///
/// All members are thread-safe and may also be called on the thread itself. Only `wait_left`
/// blocks.
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

    /// Starts a thread, or keeps the one that is about to leave. The thread calls `leaving` each
    /// time it is about to leave. It keeps `owner` alive, which owns this object. Throws
    /// std::system_error if no thread can be created.
    void start(std::shared_ptr<void> owner, Task leaving);
    /// Makes the thread leave once it has run what was posted before.
    void end();
    /// Waits until the thread has left or has been started again. Returns at once on the thread
    /// itself, which cannot wait for its own end.
    void wait_left();

    /// Lets blocked callers run the loop in turn with the thread.
    [[nodiscard]] LoopSharing& sharing() noexcept { return sharing_; }

    /// Makes the calling thread count as this thread, while it runs the loop: what it runs must not
    /// block, and is not bounded by the caller's deadline.
    class Substitute {
    public:
        explicit Substitute(const ConnectionThread& thread) noexcept;
        ~Substitute();
        Substitute(const Substitute&) = delete;
        Substitute& operator=(const Substitute&) = delete;

    private:
        friend class ConnectionThread;

        static const Substitute*& innermost() noexcept;

        const ConnectionThread& thread_;
        const Substitute* const outer_;
        base::LaneSlot* const slot_;
        const detail::DeadlineScope* const deadline_;
    };

private:
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    void run(Task leaving);
    [[nodiscard]] bool leave();

    boost::asio::io_context io_{1};
    LoopSharing sharing_{io_};
    std::mutex mutex_;
    std::condition_variable changed_;  // serving_ or ending_ has changed
    // Guarded by mutex_:
    std::optional<WorkGuard> work_;  // keeps io_.run() from returning when there is no work
    bool serving_ = false;           // a thread runs io_, or is about to
    bool ending_ = false;            // end() was called, and no start() since
    std::thread thread_;             // the last one started
};

}  // namespace kazoo::handler
KAZOO_API_END
