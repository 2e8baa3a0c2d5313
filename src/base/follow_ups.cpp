// SPDX-License-Identifier: Apache-2.0
#include "base/follow_ups.hpp"

#include <utility>

namespace kazoo::base {
namespace {

thread_local FollowUps* present = nullptr;  // the innermost scope of the thread

}  // namespace

FollowUps::FollowUps(const void* loop) noexcept
    : loop_(loop),
      around_(present),
      root_(around_ != nullptr && around_->loop_ == loop ? around_->root_ : this) {
    present = this;
}

FollowUps::~FollowUps() {
    present = around_;
}

void FollowUps::run() noexcept {
    if (root_ == this || root_->working_) {
        root_->work();
    }
}

/// May be called within itself: see the comment on code of a user that runs the loop.
void FollowUps::work() noexcept {
    const bool before = std::exchange(working_, true);
    while (begun_ < added_) {
        auto next = std::move(works_[begun_++]);
        next();
    }
    working_ = before;
}

const void* FollowUps::scope_of(const void* loop) noexcept {
    const bool is_scope = present != nullptr && loop != nullptr && present->loop_ == loop;
    return is_scope ? present->root_ : nullptr;
}

bool FollowUps::add(const void* loop, LoopWork& work) noexcept {
    if (scope_of(loop) == nullptr) {
        return false;
    }
    auto& root = *present->root_;
    if (root.added_ == most) {
        return false;
    }
    root.works_[root.added_++] = std::move(work);
    return true;
}

}  // namespace kazoo::base
