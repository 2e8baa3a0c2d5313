// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/lock_plan.hpp"

#include <cassert>
#include <cstdint>

namespace kazoo::detail::recipe {

LockPlan::LockPlan(const LockRules& rules, std::string resumed)
    : rules_(rules),
      resumed_(std::move(resumed)),
      step_(resumed_.empty() ? LockStep::create : LockStep::find) {
    abandoned_.reserve(4);  // more than there are between two calls of take_abandoned()
}

LockTurn LockPlan::next() {
    LockTurn turn;
    if (state_ != LockState::acquiring) {
        return turn;
    }
    if (step_ == LockStep::wait && changed_) {
        step_ = LockStep::list;
    }
    turn.step = step_;
    turn.attempt = attempt_;
    if (step_ == LockStep::watch) {
        // Forgotten before the request, and not when its reply arrives: an event in between may
        // belong to a change that the reply does not contain.
        changed_ = false;
        turn.name = awaited_;
    } else if (step_ == LockStep::find) {
        turn.name = resumed_;
    } else if (step_ == LockStep::compare) {
        turn.others = others_;
    }
    return turn;
}

void LockPlan::found(std::uint64_t attempt, NodePtr node) noexcept {
    if (!is_current(attempt)) {
        return;
    }
    if (!node) {
        return end(LockState::gone);
    }
    own_ = std::move(node);
    step_ = LockStep::list;
}

void LockPlan::parents_made(std::uint64_t attempt) noexcept {
    if (is_current(attempt)) {
        step_ = LockStep::create;
    }
}

void LockPlan::created(std::uint64_t attempt, NodePtr node, std::int64_t present) noexcept {
    if (!is_current(attempt)) {
        return abandon(node);  // it may be in the way of the present attempt
    }
    own_ = std::move(node);
    if (!is_of(present)) {
        abandon(own_);
        return restart();
    }
    step_ = LockStep::list;
}

void LockPlan::listed(std::uint64_t attempt, Standing standing) noexcept {
    if (!is_current(attempt)) {
        return;
    }
    if (standing.exhausted && rules_.fail_when_exhausted) {
        exhausted_ = true;
        return end(LockState::failed);
    }
    if (standing.place == Standing::Place::doubtful) {
        others_ = std::move(standing.others);
        step_ = LockStep::compare;
        return;
    }
    take(standing);
}

void LockPlan::compared(std::uint64_t attempt, Standing standing) noexcept {
    assert(standing.place != Standing::Place::doubtful);
    if (is_current(attempt)) {
        others_.clear();
        take(standing);
    }
}

void LockPlan::take(Standing& standing) noexcept {
    switch (standing.place) {
        case Standing::Place::missing:
        case Standing::Place::doubtful:
            return restart();
        case Standing::Place::first:
            awaited_.clear();
            step_ = LockStep::confirm;
            return;
        case Standing::Place::behind:
            if (!rules_.waits) {
                return end(LockState::refused);
            }
            awaited_ = std::move(standing.nearest);
            step_ = LockStep::watch;
    }
}

void LockPlan::watched(std::uint64_t attempt, bool exists) noexcept {
    if (is_current(attempt)) {
        step_ = exists ? LockStep::wait : LockStep::list;
    }
}

bool LockPlan::confirmed(
    std::uint64_t attempt, const NodePtr& node, std::int64_t present
) noexcept {
    if (attempt != attempt_) {
        return false;
    }
    if (state_ == LockState::held) {
        return !is_own(node) && lost();
    }
    if (state_ != LockState::acquiring) {
        return false;
    }
    if (!is_own(node) || !is_of(present)) {
        if (node) {
            abandon(own_);  // the session that owns it may still exist
        }
        restart();
        return false;
    }
    own_ = node;  // with its czxid
    state_ = LockState::held;
    return false;
}

bool LockPlan::is_own(const NodePtr& node) const noexcept {
    return node && own_ && node->name == own_->name && node->session == own_->session &&
           (own_->czxid == 0 || node->czxid == own_->czxid);
}

void LockPlan::session_ended(std::uint64_t attempt) noexcept {
    if (is_current(attempt) && rules_.ephemeral) {
        restart();
    }
}

void LockPlan::no_parent(std::uint64_t attempt) noexcept {
    if (!is_current(attempt)) {
        return;
    }
    const bool creating = step_ == LockStep::create || step_ == LockStep::make_parents;
    if (!creating) {
        restart();  // the own node does not exist either
    }
    if (state_ == LockState::acquiring) {
        step_ = LockStep::make_parents;
    }
}

void LockPlan::give_up() noexcept {
    if (state_ == LockState::acquiring) {
        end(LockState::failed);
    }
}

HoldEvent LockPlan::fired(EventType type, std::string_view name, std::int64_t present) noexcept {
    const bool own = own_ && own_->name == name;
    if (state_ == LockState::held) {
        if (type == EventType::NONE) {
            return !is_of(present) && lost() ? HoldEvent::lost : HoldEvent::none;
        }
        if (!own) {
            return HoldEvent::none;
        }
        if (type == EventType::DELETED) {
            return lost() ? HoldEvent::lost : HoldEvent::none;
        }
        return HoldEvent::reread;
    }
    if (state_ != LockState::acquiring) {
        return HoldEvent::none;
    }
    if (type == EventType::NONE) {
        if (own_ && !is_of(present)) {
            restart();
        } else {
            changed_ = true;  // the watch has ended
        }
    } else if (!awaited_.empty() && name == awaited_) {
        changed_ = true;
    }
    return HoldEvent::none;
}

HoldEvent LockPlan::state_changed(const StateChange& change, std::int64_t present) noexcept {
    const bool stopped =
        change.state == KazooState::LOST && (change.keeper_state == KeeperState::CLOSED ||
                                             change.keeper_state == KeeperState::AUTH_FAILED);
    if (state_ == LockState::acquiring) {
        // A change may be reported late, so that the present session decides.
        if (own_ && !is_of(present) && change.state != KazooState::SUSPENDED) {
            restart();
        }
        return HoldEvent::none;
    }
    if (state_ != LockState::held) {
        return HoldEvent::none;
    }
    if (change.state == KazooState::SUSPENDED) {
        if (rules_.ephemeral && rules_.lost_when == LostWhen::in_doubt) {
            abandon(own_);
            return lost() ? HoldEvent::lost : HoldEvent::none;
        }
        return HoldEvent::none;
    }
    const bool over = rules_.ephemeral ? !is_of(present) : stopped && present == 0;
    return over && lost() ? HoldEvent::lost : HoldEvent::none;
}

bool LockPlan::lost() noexcept {
    if (state_ != LockState::held) {
        return false;
    }
    state_ = LockState::lost;
    return true;
}

NodePtr LockPlan::release() noexcept {
    if (state_ != LockState::held) {
        return nullptr;
    }
    state_ = LockState::released;
    return own_;
}

NodePtr LockPlan::take_abandoned() noexcept {
    if (abandoned_.empty()) {
        return nullptr;
    }
    auto node = std::move(abandoned_.back());
    abandoned_.pop_back();
    return node;
}

void LockPlan::restart() noexcept {
    if (!resumed_.empty()) {
        state_ = LockState::gone;
        return;
    }
    ++attempt_;
    own_.reset();
    awaited_.clear();
    changed_ = false;
    others_.clear();
    step_ = LockStep::create;
}

void LockPlan::end(LockState state) noexcept {
    state_ = state;
    if (own_) {
        abandon(own_);
    }
}

void LockPlan::abandon(const NodePtr& node) noexcept {
    assert(abandoned_.size() < abandoned_.capacity());
    abandoned_.push_back(node);
}

}  // namespace kazoo::detail::recipe
