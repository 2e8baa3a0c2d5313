// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/keep_plan.hpp"

#include "recipe/repeated.hpp"

#include <kazoo/transaction_result.hpp>

#include <algorithm>
#include <limits>

namespace kazoo::detail::recipe {
namespace {

/// Returns whether this is the owner of an ephemeral node. ClickHouse Keeper shows this number for
/// containers.
bool is_session(std::int64_t owner) noexcept {
    return owner != 0 && owner != std::numeric_limits<std::int64_t>::min();
}

/// Returns whether the node, or its parent, is not as it was when it was looked at.
bool is_change(const std::error_code& code) noexcept {
    return code == Errc::no_node || code == Errc::node_exists || code == Errc::bad_version;
}

}  // namespace

KeepFailure keep_failure(const Error& error) noexcept {
    const auto& code = error.code();
    const auto* const transaction = error.transaction();
    if (is_change(code) || (transaction != nullptr && is_change(transaction->reason().code()))) {
        return KeepFailure::changed;
    }
    if (code == Errc::session_expired || code == ClientErrc::out_of_memory ||
        after_error(error) != AfterError::fail) {
        return KeepFailure::passes;
    }
    return code == Condition::session_lost ? KeepFailure::closed : KeepFailure::report;
}

KeepStep KeepPlan::begin(KeepStep step) noexcept {
    reconnected_ = false;
    return step;
}

KeepStep KeepPlan::next() noexcept {
    if (ended_) {
        return KeepStep::end;
    }
    if (stopping_) {
        return next_to_remove();
    }
    if (closed_) {
        return KeepStep::wait;
    }
    if (!named_) {
        return begin(KeepStep::create);
    }
    switch (seen_) {
        case NodeSeen::unknown:
            seen_ = NodeSeen::absent;  // an event during the look makes it unknown again
            return begin(KeepStep::look);
        case NodeSeen::absent:
            return begin(KeepStep::create);
        case NodeSeen::former:
            return begin(KeepStep::replace);
        case NodeSeen::foreign:
            return KeepStep::wait;
        case NodeSeen::own:
            break;
    }
    return applied_ == wanted_ ? KeepStep::wait : begin(KeepStep::set);
}

KeepStep KeepPlan::next_to_remove() noexcept {
    if (!named_ || (closed_ && rules_.ephemeral)) {
        end(KeepEnd::stopped);  // there is no node, or the servers delete it with its session
        return KeepStep::end;
    }
    if (closed_) {
        if (stopped_) {
            end(KeepEnd::client_ended);
        }
        return stopped_ ? KeepStep::end : KeepStep::wait;
    }
    switch (seen_) {
        case NodeSeen::unknown:
            seen_ = NodeSeen::absent;
            return begin(KeepStep::look);
        case NodeSeen::own:
        case NodeSeen::former:
            return begin(KeepStep::remove);
        case NodeSeen::absent:
        case NodeSeen::foreign:
            break;
    }
    end(KeepEnd::stopped);
    return KeepStep::end;
}

void KeepPlan::absent() noexcept {
    present_ = false;
    applied_ = 0;
    if (was_present_ && !rules_.renew && !stopping_) {
        end(KeepEnd::not_renewed);
    }
}

NodeSeen KeepPlan::found(std::int64_t owner, std::int64_t session) noexcept {
    auto seen = NodeSeen::foreign;
    if (!rules_.ephemeral) {
        seen = is_session(owner) ? NodeSeen::foreign : NodeSeen::own;
    } else if (is_session(owner)) {
        if (owner == session) {
            seen = NodeSeen::own;
        } else if (rules_.take_over || is_former(owner)) {
            seen = NodeSeen::former;
        }
    }
    present_ = seen == NodeSeen::own;
    was_present_ = was_present_ || present_;
    if (!present_) {
        applied_ = 0;
    }
    if (seen_ == NodeSeen::absent) {  // otherwise there was an event since the look began
        seen_ = seen;
    }
    return seen;
}

void KeepPlan::done(std::uint64_t generation) noexcept {
    named_ = true;
    applied_ = generation;
    seen_ = NodeSeen::unknown;
}

void KeepPlan::failed(KeepFailure why, bool unknown) noexcept {
    seen_ = NodeSeen::unknown;
    if (unknown) {
        applied_ = 0;
    }
    if (why == KeepFailure::closed) {
        closed_ = !reconnected_;
        stopped_ = closed_;
    }
}

void KeepPlan::state_changed(const StateChange& change) noexcept {
    switch (change.state) {
        case KazooState::SUSPENDED:
            return;  // the session, its nodes and watches may survive
        case KazooState::LOST:
            closed_ = true;
            stopped_ = change.keeper_state != KeeperState::EXPIRED_SESSION &&
                       change.keeper_state != KeeperState::CONNECTING;
            seen_ = NodeSeen::unknown;
            if (rules_.ephemeral) {
                present_ = false;
                applied_ = 0;
                if (!rules_.renew && was_present_) {
                    end(KeepEnd::not_renewed);
                }
            }
            return;
        case KazooState::CONNECTED:
            closed_ = false;
            stopped_ = false;
            reconnected_ = true;
            if (change.new_session) {
                seen_ = NodeSeen::unknown;
            }
    }
}

void KeepPlan::sent_in(std::int64_t session) noexcept {
    if (session != 0 && !is_former(session)) {
        sessions_[next_session_] = session;
        next_session_ = (next_session_ + 1) % sessions_.size();
    }
}

bool KeepPlan::is_former(std::int64_t owner) const noexcept {
    return std::find(sessions_.begin(), sessions_.end(), owner) != sessions_.end();
}

void KeepPlan::end(KeepEnd why) noexcept {
    if (!ended_) {
        ended_ = why;
    }
}

}  // namespace kazoo::detail::recipe
