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
    try {
        function(result);
    } catch (...) {
        result.report_escaped(std::current_exception());
    }
    // Destroyed, with what the user has captured in it, without the mutex and before the next
    // callback runs.
    function = nullptr;
    result.discard(*this);
}

void ResultStateBase::Callback::drop() noexcept {
    function = nullptr;
    owner->discard(*this);
}

/// The first callback is a member of the result, so that a result with one callback allocates
/// nothing for it. Storing it runs no user code (UniqueFunction) and is done with the mutex held.
std::uint64_t ResultStateBase::link(Continuation&& run) {
    std::uint64_t id = 0;
    AfterLink after;
    {
        const std::lock_guard lock(mutex_);
        if (!first_in_use_.load(std::memory_order_acquire)) {
            first_in_use_.store(true, std::memory_order_relaxed);
            first_callback_.function = std::move(run);
            id = std::uint64_t{++first_place_.use} << bits_of_place;
            if (!ready()) {  // the usual case
                lane_links_.push_back(first_callback_);
                return id;
            }
            after = add_lane_link(first_callback_);
        }
    }
    if (id == 0) {
        return link_further(std::move(run));
    }
    continue_with(after);
    return id;
}

std::uint64_t ResultStateBase::link_further(Continuation&& run) {
    auto callback = std::make_unique<Callback>();
    callback->owner = this;
    callback->function = std::move(run);
    std::uint64_t id = 0;
    AfterLink after;
    {
        const std::lock_guard lock(mutex_);
        id = number(*callback);  // may throw; the function is then destroyed without the mutex
        after = add_lane_link(*callback.release());
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
    if (free_place_ == 0) {
        places_.emplace_back();
        free_place_ = static_cast<std::uint32_t>(places_.size());
    }
    callback.place = free_place_;
    auto& at = place(callback.place);
    free_place_ = std::exchange(at.next_free, 0);
    at.callback = &callback;
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
