// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"
#include "run/program.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/recipes/lock_handle.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tool {

/// Waits for something that this process may lose, such as a lock, and runs a program while it has
/// it. From its construction on, SIGINT, SIGTERM and SIGHUP end the wait and are passed on to the
/// program, so that the session is closed properly in any case.
class Guard {
public:
    /// `grace`: how long the program may take to end after SIGTERM, before it gets SIGKILL.
    Guard(Session& session, std::chrono::milliseconds grace);
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// Waits for a lock. `begin` starts the operation, with these options. Throws its error, and
    /// Failure with 128 and the number of the signal that has ended the wait.
    kazoo::LockHandle acquire(
        const std::function<kazoo::AsyncResult<kazoo::LockHandle>(const kazoo::CallOptions&)>&
            begin,
        const kazoo::CallOptions& options
    );
    /// As `acquire`, for operations without a value.
    void wait_for(
        const std::function<kazoo::AsyncResult<void>(const kazoo::CallOptions&)>& begin,
        const kazoo::CallOptions& options
    );

    /// Runs the program until it ends, or until a stop is requested on `lost`, when it is ended
    /// with SIGTERM and SIGKILL. Without words, waits for a signal instead. Sets the exit code of
    /// the session to that of the program, or to ExitCode::lost. Returns whether nothing was lost.
    bool run(
        const std::vector<std::string>& words,
        const Variables& variables,
        const std::stop_token& lost
    );

    /// Calls `function` in the loop of `run`, again and again, first after `interval`.
    void repeat(std::chrono::milliseconds interval, std::function<void()> function);

private:
    void watch_signals();
    void on_signal(int number);
    void on_lost(int term);
    void signal_program(int number) const;
    void reap();
    void run_until(const bool& done);
    template <class T>
    kazoo::AsyncResult<T> wait_until_ready(
        const std::function<kazoo::AsyncResult<T>(const kazoo::CallOptions&)>& begin,
        const kazoo::CallOptions& options
    );

    Session* session_;
    std::chrono::milliseconds grace_;
    // Shared with callbacks of results, which may still be leaving it.
    std::shared_ptr<boost::asio::io_context> loop_;
    boost::asio::signal_set signals_;
    // From here on; what was requested before counts as SIGINT.
    Interrupt::Ignored ignored_;
    boost::asio::steady_timer kill_timer_;
    boost::asio::steady_timer repeat_timer_;
    std::stop_source interrupt_;
    std::optional<int> signal_;  // the first one that has arrived
    pid_t program_ = -1;         // -1: none runs
    bool own_group_ = false;
    bool ended_ = false;  // the program has, or the wait for a signal
    bool lost_ = false;
    int term_ = 0;  // counts the calls of run, so that a late notice does not end the next
    int status_ = 0;
};

/// Keeps the session until a signal arrives. Throws Failure with ExitCode::lost if the session ends
/// before.
void hold_session(Session& session);

}  // namespace tool
