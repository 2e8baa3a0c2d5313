// SPDX-License-Identifier: Apache-2.0
// Blocking and waking callers, and the list of a handler's resumable results (Resumptions), from
// which callers that are blocked on a completion lane resume coroutines.
#include "async/sleeper.hpp"

#include <kazoo/detail/result_state.hpp>

#include <utility>

namespace kazoo::base {
namespace {

/// Nested helpers: far more than a program nests on purpose, few enough for the stack of a fiber.
constexpr int max_helps = 32;

std::shared_ptr<Waiter> waiter_of(Handler* handler) {
    detail::check_may_block();
    return handler != nullptr ? handler->waiter() : detail::thread_waiter();
}

}  // namespace

LaneHelper::LaneHelper(std::shared_ptr<Waiter> given, bool helps) noexcept
    : waiter(std::move(given)),
      slot_(find_lane_slot(false)),
      blocks_(helps ? detail::LaneScope::any_lane() : nullptr) {
    auto* const handler = detail::LaneScope::completion_lane();
    if (handler != nullptr && helps && !is_too_deep()) {
        resumptions_ = &detail::Resumptions::of(*handler);
        detail::ResultStateBase::offer_running_turns(*slot_);
        ++slot_->helps;
        resumptions_->begin_help(*this);
    }
    if (blocks_ != nullptr) {
        detail::Backlog::block(*blocks_);
    }
}

LaneHelper::~LaneHelper() {
    if (blocks_ != nullptr) {
        detail::Backlog::unblock(*blocks_);
    }
    if (resumptions_ != nullptr) {
        --slot_->helps;
        resumptions_->end_help(*this);
    }
}

bool LaneHelper::is_too_deep() noexcept {
    const auto* const slot = find_lane_slot(false);
    return slot != nullptr && slot->helps >= max_helps;
}

bool LaneHelper::help() noexcept {
    if (resumptions_ == nullptr) {
        return false;
    }
    // The result stays listed until it has no further coroutine. Returns true even if another
    // caller has resumed the last one meanwhile: the condition of the wait has to be checked again.
    const auto result = resumptions_->first();
    return result && (result->resume_one(), true);
}

Sleeper::Sleeper(Handler* handler, bool helps)
    : handler_(handler), helper_(waiter_of(handler), helps) {}

void Sleeper::enlist(Sleeper*& list) noexcept {
    at_ = &list;
    next_ = list;
    if (next_ != nullptr) {
        next_->at_ = &next_;
    }
    list = this;
}

void Sleeper::leave() noexcept {
    if (at_ == nullptr) {
        return;
    }
    *at_ = next_;
    if (next_ != nullptr) {
        next_->at_ = at_;
    }
    at_ = nullptr;
}

void WakeUp::take(Sleeper*& list, Woken how) noexcept {
    taken_ = std::exchange(list, nullptr);
    any_ = taken_ != nullptr;
    if (any_) {
        taken_->at_ = &taken_;
    }
    for (auto* sleeper = taken_; sleeper != nullptr; sleeper = sleeper->next_) {
        sleeper->woken_.store(how, std::memory_order_release);
    }
}

void WakeUp::notify() noexcept {
    if (!any_) {
        return;
    }
    std::unique_lock lock(mutex_);
    while (taken_ != nullptr) {
        // A copy: without the mutex the sleeper may return from its wait and be destroyed.
        const auto waiter = taken_->helper_.waiter;
        taken_->leave();
        lock.unlock();
        waiter->notify();
        lock.lock();
    }
}

}  // namespace kazoo::base

namespace kazoo::detail {

Resumptions& Resumptions::of(Handler& handler) noexcept {
    return handler.resumptions_;
}

std::shared_ptr<Waiter> Resumptions::add(ResultStateBase& ready) noexcept {
    const std::lock_guard lock(mutex_);
    list(ready);
    return helping();
}

std::shared_ptr<Waiter> Resumptions::add_turn(ResultStateBase* first) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto* result = first; result != nullptr; result = result->next_in_turn_) {
        list(*result);
    }
    return helping();
}

void Resumptions::remove(ResultStateBase& result) noexcept {
    const std::lock_guard lock(mutex_);
    unlist(result);
}

void Resumptions::remove_turn(ResultStateBase* first) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto* result = first; result != nullptr; result = result->next_in_turn_) {
        unlist(*result);
    }
}

void Resumptions::list(ResultStateBase& ready) noexcept {
    if (ready.resumable_.load(std::memory_order_relaxed)) {
        return;
    }
    ready.resumable_.store(true, std::memory_order_relaxed);
    ready.next_resumable_ = nullptr;
    ready.previous_resumable_ = std::exchange(last_, &ready);
    (ready.previous_resumable_ != nullptr ? ready.previous_resumable_->next_resumable_ : first_) =
        &ready;
}

void Resumptions::unlist(ResultStateBase& result) noexcept {
    if (!result.resumable_.load(std::memory_order_relaxed)) {
        return;
    }
    result.resumable_.store(false, std::memory_order_relaxed);
    auto* const before = result.previous_resumable_;
    auto* const behind = result.next_resumable_;
    (before != nullptr ? before->next_resumable_ : first_) = behind;
    (behind != nullptr ? behind->previous_resumable_ : last_) = before;
}

std::shared_ptr<Waiter> Resumptions::helping() const noexcept {
    return helpers_ != nullptr ? helpers_->waiter : nullptr;
}

RefPtr<ResultStateBase> Resumptions::first() noexcept {
    const std::lock_guard lock(mutex_);
    return RefPtr<ResultStateBase>(first_);
}

void Resumptions::begin_help(base::LaneHelper& helper) noexcept {
    const std::lock_guard lock(mutex_);
    helper.next = std::exchange(helpers_, &helper);
    if (helper.next != nullptr) {
        helper.next->previous = &helper;
    }
}

void Resumptions::end_help(base::LaneHelper& helper) noexcept {
    // add() notifies one helper only. It may have been this one, which does not help any more, so
    // the notification is passed on.
    std::shared_ptr<Waiter> next;
    {
        const std::lock_guard lock(mutex_);
        (helper.previous != nullptr ? helper.previous->next : helpers_) = helper.next;
        if (helper.next != nullptr) {
            helper.next->previous = helper.previous;
        }
        if (first_ != nullptr && helpers_ != nullptr) {
            next = helpers_->waiter;
        }
    }
    if (next) {
        next->notify();
    }
}

}  // namespace kazoo::detail
