// SPDX-License-Identifier: Apache-2.0
/// How Ctrl-C ends a command of the shell, and not the shell.
#pragma once

#include <kazoo/handler.hpp>

#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace tool {

/// Ends a command that was interrupted. Not derived from the exceptions that commands handle.
class Interrupted : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override {
        return "interrupted; writes that were under way may have been applied";
    }
};

/// A request to end the command that runs. Commands notice it in three ways: operations with its
/// stop token are cancelled; a little later, whatever the thread of the command waits for through
/// the handler of the shell ends with Interrupted; and `check` throws that. All functions but
/// `arm`, `disarm` and `check` are thread-safe.
class Interrupt {
public:
    /// The calling thread begins and ends to run a command.
    void arm();
    void disarm();

    /// Whose end was requested.
    enum class Of { command, ended_command, nothing };
    /// Requests the end of the command. Returns `ended_command` if one that has ignored requests
    /// has just ended: it, or a program that it has run, has received the same signal. If a command
    /// runs, then calls `show`; `disarm` waits for that, so that what `show` writes precedes the
    /// next prompt. `show` must not use this object.
    Of request(const std::function<void()>& show = {});
    /// Throws Interrupted if the end was requested.
    void check() const;
    /// The token of the present command; a new one with each call of `arm`.
    [[nodiscard]] std::stop_token token() const;

    /// While it exists, requests have no effect: the command handles SIGINT itself.
    class Ignored {
    public:
        /// `interrupt` may be null.
        explicit Ignored(Interrupt* interrupt);
        ~Ignored();
        Ignored(const Ignored&) = delete;
        Ignored& operator=(const Ignored&) = delete;

    private:
        Interrupt* interrupt_;
    };

    // For the handler:

    /// Waits by `waiter`. In the thread of the command, ends with Interrupted a little after a
    /// request, once, and not while another exception is on its way.
    void wait(kazoo::Waiter& waiter, kazoo::TimePoint deadline);

private:
    class Wait;
    [[nodiscard]] bool runs_here() const;

    std::mutex show_mutex_;  // held while `show` is called; locked before mutex_
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::stop_source stop_;
    std::optional<std::thread::id> thread_;      // that runs a command
    std::optional<kazoo::TimePoint> requested_;  // when
    kazoo::Waiter* waiter_ = nullptr;            // by which it waits
    bool thrown_ = false;
    int ignored_ = 0;
    bool was_ignored_ = false;               // by the present command
    std::optional<kazoo::TimePoint> ended_;  // a command that has ignored requests
};

}  // namespace tool
