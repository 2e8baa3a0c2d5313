// SPDX-License-Identifier: Apache-2.0
#include "recipe/partition/partition_plan.hpp"

#include <kazoo/detail/result_state.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace kazoo::detail::recipe {

std::vector<std::string> dealt_items(
    const std::string& identifier,
    const std::vector<std::string>& members,
    const std::set<std::string>& items
) {
    std::vector<std::string> dealt;
    const auto own = std::find(members.begin(), members.end(), identifier);
    if (own == members.end()) {
        return dealt;
    }
    const auto first = static_cast<std::size_t>(own - members.begin());
    std::size_t index = 0;
    for (const auto& item : items) {
        if (index++ % members.size() == first) {
            dealt.push_back(item);
        }
    }
    return dealt;
}

std::string identifier_in(std::string_view name) {
    const auto dash = name.find('-');
    return std::string(dash == std::string_view::npos ? name : name.substr(dash + 1));
}

PartitionPlan::PartitionPlan(
    std::string identifier, std::set<std::string> items, OnSessionLost rule
)
    : identifier_(std::move(identifier)), items_(std::move(items)), rule_(rule) {}

void PartitionPlan::enter(PartitionState state) noexcept {
    if (state_ != state) {
        state_ = state;
        ++state_id_;
    }
}

/// The present division is not valid any more.
void PartitionPlan::disturb() noexcept {
    switch (step_) {
        case PartitionStep::allocate:
        case PartitionStep::idle:
            step_ = PartitionStep::drop;
            break;
        case PartitionStep::hold:
            step_ = PartitionStep::yield;
            enter(PartitionState::release);
            break;
        default:
            break;
    }
}

void PartitionPlan::end_with(Error error) noexcept {
    if (ending_) {
        return;
    }
    ending_ = true;
    error_ = std::move(error);
    enter(PartitionState::failure);
    step_ = PartitionStep::drop;
}

void PartitionPlan::joined(std::string node, std::int64_t session) {
    node_ = std::move(node);
    session_ = session;
    if (step_ == PartitionStep::join) {
        step_ = PartitionStep::settle;
    }
}

void PartitionPlan::settled(const std::vector<std::string>& children, std::int64_t session) {
    if (step_ != PartitionStep::settle) {
        return;
    }
    const bool present = std::find(children.begin(), children.end(), node_) != children.end();
    if (session != session_ || !present) {
        if (session != session_) {
            session_lost(Error(Errc::session_expired), session_);
        }
        if (!ending_) {
            node_.clear();
            step_ = PartitionStep::join;
        }
        return;
    }
    members_.clear();
    for (const auto& child : children) {
        members_.push_back(identifier_in(child));
    }
    std::sort(members_.begin(), members_.end());
    const bool unique = std::count(members_.begin(), members_.end(), identifier_) == 1;
    step_ = unique ? PartitionStep::allocate : PartitionStep::idle;
}

void PartitionPlan::allocated() {
    if (step_ == PartitionStep::allocate) {
        step_ = PartitionStep::hold;
        enter(PartitionState::acquired);
    }
}

void PartitionPlan::dropped() {
    if (step_ != PartitionStep::drop) {
        return;
    }
    if (ending_) {
        step_ = PartitionStep::leave;
        return;
    }
    step_ = node_.empty() ? PartitionStep::join : PartitionStep::settle;
    enter(PartitionState::allocating);
}

void PartitionPlan::left() {
    if (step_ == PartitionStep::leave) {
        step_ = PartitionStep::end;
    }
}

void PartitionPlan::members_changed() {
    disturb();
}

void PartitionPlan::set_items(std::set<std::string> items) {
    if (items != items_) {
        items_ = std::move(items);
        disturb();
    }
}

void PartitionPlan::release_requested() {
    if (step_ == PartitionStep::hold || step_ == PartitionStep::yield) {
        enter(PartitionState::release);
        step_ = PartitionStep::drop;
    }
}

void PartitionPlan::session_lost(Error error, std::int64_t session) noexcept {
    if (session != session_) {
        return;
    }
    node_.clear();
    if (rule_ == OnSessionLost::fail) {
        end_with(std::move(error));
        return;
    }
    if (step_ == PartitionStep::settle) {
        step_ = PartitionStep::join;
    }
    disturb();
}

void PartitionPlan::failed(Error error) noexcept {
    end_with(std::move(error));
}

void PartitionPlan::finish() noexcept {
    end_with(make_error(ClientErrc::cancelled, Outcome::not_applied, "", "finish was called"));
}

void PartitionPlan::give_up() noexcept {
    end_with(Error(ClientErrc::out_of_memory));
    step_ = PartitionStep::end;
}

}  // namespace kazoo::detail::recipe
