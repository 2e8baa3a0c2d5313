// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/recipes/watch_options.hpp>
#include <kazoo/state.hpp>

#include <optional>
#include <utility>

namespace kazoo::detail::recipe {

/// What a watch may do besides reading, waiting and reporting.
struct WatchRules {
    /// Goes on in the next session when the session is lost.
    bool allow_session_lost = true;
    /// Waits for a node that does not exist, by a watch of `exists`.
    bool wait_for_node = true;
    /// Ends when the client is stopped, instead of waiting until it is started again.
    bool end_with_client = false;
    /// Reads again after errors that do not pass by themselves, such as NoAuthError.
    bool keep_trying = true;
};

/// What a watch does next.
enum class WatchStep {
    read,    ///< Read the node, with a watch.
    look,    ///< Ask whether the node exists, with a watch: it did not when it was read.
    wait,    ///< Wait for the next event.
    report,  ///< Report what was found.
    end,     ///< Nothing: the watch has ended.
};

/// What the error of a read means for a watch.
enum class ReadFailure {
    retry,      ///< It passes: try again after a pause.
    report,     ///< It may pass, but not by itself: report it, and try again after a pause.
    closed,     ///< The client is not running.
    cancelled,  ///< The read was cancelled.
    fatal,      ///< No other try can succeed.
};

/// Returns what an error of a read means. NoNode is not an error.
[[nodiscard]] ReadFailure read_failure(const Error& error, const WatchRules& rules) noexcept;

/// The decisions of a watch: a state machine without I/O, threads and clocks. Events come in
/// through its members, in any order; `next` returns what to do.
///
///     read ---- the node exists -----> report, if it differs from the last report --.
///      ^ '----- it does not ---------> look ---- still does not ---> as above ------|
///      |                                '-- it does --> read                        v
///      '---- a watch event, a lost watch, a new session, the client is running again -- wait
///
/// Each step but `wait` has to be answered by one of found, absent, failed and reported before the
/// next step is asked for. Not thread-safe.
class WatchPlan {
public:
    explicit WatchPlan(const WatchRules& rules) noexcept : rules_(rules) {}

    /// Returns the next step, and begins it.
    [[nodiscard]] WatchStep next() noexcept;

    // The answers to steps.

    /// The node exists. `differs`: not as in the last report, or there was none.
    void found(bool differs) noexcept;
    /// The node does not exist.
    void absent(bool differs) noexcept;
    /// The step failed, and its retries have ended.
    void failed(ReadFailure why) noexcept;
    /// What was found has been taken for the report.
    void reported() noexcept;

    // Events, which may come at any time.

    void fired(const WatchedEvent& event);
    /// Only LOST means that the session was lost: it precedes the CONNECTED of the next session.
    void state_changed(const StateChange& change) noexcept;
    /// Ends the watch, unless it has ended before.
    void end(WatchEnd why) noexcept;

    /// Returns and forgets the event that led to the present report.
    [[nodiscard]] std::optional<WatchedEvent> take_cause() noexcept {
        return std::exchange(cause_, std::nullopt);
    }
    /// Returns whether something is to be reported.
    [[nodiscard]] bool has_news() const noexcept { return news_; }
    [[nodiscard]] const std::optional<WatchEnd>& ended() const noexcept { return ended_; }
    /// Returns whether there is nothing to do but to wait.
    [[nodiscard]] bool settled() const noexcept;

private:
    void session_lost() noexcept;

    const WatchRules rules_;
    bool stale_ = true;         // the node may have changed since the last read began
    bool absent_ = false;       // it did not exist when it was read; it may have been created since
    bool reading_ = false;      // a read or look is under way
    bool news_ = false;         // something is to be reported
    bool closed_ = false;       // waits for the client to run
    bool reconnected_ = false;  // the client was connected since the last read began
    std::optional<WatchedEvent> cause_;
    std::optional<WatchEnd> ended_;
};

}  // namespace kazoo::detail::recipe
