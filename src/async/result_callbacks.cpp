// SPDX-License-Identifier: Apache-2.0
// The callbacks that users link to a result, and the ids by which they are unlinked:
//
//     id = use << 32 | number       number 0: first_place_, the place of first_callback_
//                                   number n: places_[n - 1]
//
// Places are reused, linked through `next_free`. Each use of a place has a number of its own, which
// is part of the id, so that an old id does not unlink the callback that has its place now.
#include <kazoo/detail/result_state.hpp>

#include <memory>
#include <utility>

namespace kazoo::detail {
namespace {

constexpr int bits_of_place = 32;

}  // namespace

void ResultStateBase::report_escaped(const std::exception_ptr& error) const noexcept {
    if (handler()) {
        handler()->report_escaped(Lane::completion, error);
    }
}

void ResultStateBase::Callback::run(ResultStateBase& result) noexcept {
    {
        // The function, and what the user has captured in it, is destroyed at the end of this
        // block: without the mutex, and before the next callback runs.
        Continuation once = std::move(function);
        try {
            once(result);
        } catch (...) {
            result.report_escaped(std::current_exception());
        }
    }
    result.discard(*this);
}

void ResultStateBase::Callback::drop() noexcept {
    function = nullptr;
    owner->discard(*this);
}

std::uint64_t ResultStateBase::link(Continuation run) {
    Callback& callback = make_callback(std::move(run));
    std::uint64_t id = 0;
    AfterLink after;
    try {
        const std::lock_guard lock(mutex_);
        id = number(callback);
        after = add_lane_link(callback);
    } catch (...) {
        callback.drop();
        throw;
    }
    continue_with(after);
    return id;
}

bool ResultStateBase::unlink(std::uint64_t id) noexcept {
    Callback* callback = nullptr;
    {
        const std::lock_guard lock(mutex_);
        callback = find(id);
        if (callback == nullptr || !LinkList::unlink(*callback)) {
            return false;
        }
    }
    callback->drop();
    return true;
}

/// The first callback is a member of the result, so that a result with one callback allocates
/// nothing for it.
ResultStateBase::Callback& ResultStateBase::make_callback(Continuation&& run) {
    const bool first = !first_in_use_.exchange(true, std::memory_order_acquire);
    // Outside the mutex: allocates, and moves a function that may be the user's.
    auto* const callback = first ? &first_callback_ : new Callback;
    callback->owner = this;
    callback->function = std::move(run);
    return *callback;
}

/// The place of the first callback keeps its pointer: an id of an earlier use is not found by
/// number, and unlink() finds that a callback which has begun to run is in no list.
void ResultStateBase::discard(Callback& callback) noexcept {
    if (&callback == &first_callback_) {
        first_in_use_.store(false, std::memory_order_release);
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        forget(callback);
    }
    delete &callback;
}

std::uint64_t ResultStateBase::number(Callback& callback) {
    if (&callback != &first_callback_) {
        if (free_place_ == 0) {
            places_.emplace_back();
            free_place_ = static_cast<std::uint32_t>(places_.size());
        }
        callback.place = free_place_;
        free_place_ = place(callback.place).next_free;
    }
    auto& at = place(callback.place);
    at.callback = &callback;
    at.next_free = 0;
    return std::uint64_t{++at.use} << bits_of_place | callback.place;
}

ResultStateBase::Callback* ResultStateBase::find(std::uint64_t id) noexcept {
    const auto number = static_cast<std::uint32_t>(id);
    if (number > places_.size() || place(number).use != id >> bits_of_place) {
        return nullptr;
    }
    return place(number).callback;
}

void ResultStateBase::forget(Callback& callback) noexcept {
    auto& at = place(callback.place);
    if (at.callback == &callback) {
        at.callback = nullptr;
        at.next_free = std::exchange(free_place_, callback.place);
    }
}

}  // namespace kazoo::detail
