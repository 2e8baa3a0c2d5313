// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watch_plan.hpp"

#include <cassert>

namespace kazoo {

const char* to_string(WatchEnd end) noexcept {
    switch (end) {
        case WatchEnd::stopped:
            return "stopped";
        case WatchEnd::function:
            return "function";
        case WatchEnd::session_lost:
            return "session_lost";
        case WatchEnd::no_node:
            return "no_node";
        case WatchEnd::client_stopped:
            return "client_stopped";
        case WatchEnd::failed:
            return "failed";
    }
    return "unknown";
}

namespace detail::recipe {

ReadFailure read_failure(const Error& error, const WatchRules& rules) noexcept {
    const auto& code = error.code();
    if (code == Condition::retryable || code == Errc::session_expired) {
        return ReadFailure::retry;
    }
    if (code == Condition::session_lost || code == ClientErrc::interrupted) {
        return ReadFailure::closed;
    }
    if (code == ClientErrc::cancelled) {
        return ReadFailure::cancelled;
    }
    // The path is malformed, or the client belongs to another process, or no tries are left.
    if (code == Errc::bad_arguments || code == ClientErrc::forked ||
        code == ClientErrc::retry_failed) {
        return ReadFailure::fatal;
    }
    return rules.keep_trying ? ReadFailure::report : ReadFailure::fatal;
}

WatchStep WatchPlan::next() noexcept {
    assert(!reading_);
    if (ended_) {
        return WatchStep::end;
    }
    // What was found is reported first: an event since then leads to another read after it.
    if (news_) {
        return WatchStep::report;
    }
    if (closed_ || !(stale_ || absent_)) {
        return WatchStep::wait;
    }
    reading_ = true;
    reconnected_ = false;
    // Forgotten before the request, and not when its reply arrives: an event in between may belong
    // to a change that the reply does not contain.
    if (std::exchange(stale_, false)) {
        absent_ = false;
        return WatchStep::read;
    }
    return WatchStep::look;
}

void WatchPlan::found(bool differs) noexcept {
    reading_ = false;
    if (std::exchange(absent_, false)) {
        stale_ = true;  // it was created after it had been read: that needs another read
        return;
    }
    news_ = differs;
    if (!differs) {
        cause_.reset();
    }
}

void WatchPlan::absent(bool differs) noexcept {
    reading_ = false;
    if (!rules_.wait_for_node) {
        return end(WatchEnd::no_node);
    }
    if (!std::exchange(absent_, !absent_)) {
        return;  // a failed read has set no watch; `look` sets one
    }
    news_ = differs;
    if (!differs) {
        cause_.reset();
    }
}

void WatchPlan::failed(ReadFailure why) noexcept {
    reading_ = false;
    absent_ = false;
    stale_ = true;
    switch (why) {
        case ReadFailure::closed:
            if (rules_.end_with_client) {
                end(WatchEnd::client_stopped);
            }
            closed_ = !reconnected_;
            break;
        case ReadFailure::cancelled:
            break;
        case ReadFailure::retry:
        case ReadFailure::report:  // the policy of retries has refused another try
        case ReadFailure::fatal:
            end(WatchEnd::failed);
    }
}

void WatchPlan::reported() noexcept {
    news_ = false;
}

void WatchPlan::fired(const WatchedEvent& event) {
    switch (event.type) {
        case EventType::NONE:
            // The state LOST, which is always reported as well, leads to the next read. Two reads
            // would not be wrong, but one of them for nothing.
            if (!rules_.allow_session_lost) {
                end(WatchEnd::session_lost);
            }
            return;
        case EventType::WATCH_LOST:  // not a change
        case EventType::GAP:         // for completeness: only lasting watches have gaps
            stale_ = true;
            return;
        case EventType::CREATED:
        case EventType::DELETED:
        case EventType::CHANGED:
        case EventType::CHILD:
            stale_ = true;
            cause_ = event;
    }
}

void WatchPlan::state_changed(const StateChange& change) noexcept {
    switch (change.state) {
        case KazooState::SUSPENDED:
            return;  // the watch survives a reconnect
        case KazooState::LOST:
            if (rules_.end_with_client && (change.keeper_state == KeeperState::CLOSED ||
                                           change.keeper_state == KeeperState::AUTH_FAILED)) {
                return end(WatchEnd::client_stopped);
            }
            return session_lost();
        case KazooState::CONNECTED:
            reconnected_ = true;
            closed_ = false;
    }
}

void WatchPlan::session_lost() noexcept {
    stale_ = true;
    if (!rules_.allow_session_lost) {
        end(WatchEnd::session_lost);
    }
}

void WatchPlan::end(WatchEnd why) noexcept {
    if (!ended_) {
        ended_ = why;
    }
}

bool WatchPlan::settled() const noexcept {
    return !ended_ && !news_ && !reading_ && !stale_ && !absent_;
}

}  // namespace detail::recipe
}  // namespace kazoo
