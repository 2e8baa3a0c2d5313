// SPDX-License-Identifier: Apache-2.0
// Event: a flag that callers wait for, either blocked (base::Sleeper) or asynchronously
// (AsyncWait). Both kinds of waits are in intrusive lists, guarded by State::mutex. The waits are
// ended without the mutex, because that calls the handler's waiters and runs user code.
#include "async/sleeper.hpp"

#include <kazoo/event.hpp>

#include <utility>

namespace kazoo {

/// The result of one wait_async(). It is in a list of the event, which owns a reference, until the
/// event is set, cancelled or destroyed, or until the result is cancelled.
class Event::AsyncWait final : public detail::ResultState<void> {
public:
    AsyncWait(std::shared_ptr<Handler> handler, std::weak_ptr<State> event) noexcept
        : ResultState<void>(std::move(handler)), event_(std::move(event)) {}

    bool cancel() override;
    bool fail_cancelled(const char* why) noexcept {
        return fail(
            detail::make_error(ClientErrc::cancelled, Outcome::not_applied, "wait_async", why)
        );
    }

    // Called with the event's mutex held.

    static void enlist(AsyncWait*& list, detail::RefPtr<AsyncWait> wait) noexcept {
        AsyncWait* const added = wait.detach();
        added->next_ = list;
        point(list, added);
        point(added->next_, added->next_);
    }
    /// Removes this from its list and returns the list's reference; null if it is in none.
    [[nodiscard]] detail::RefPtr<AsyncWait> leave() noexcept {
        if (at_ == nullptr) {
            return {};
        }
        point(*at_, next_);
        at_ = nullptr;
        const detail::RefPtr<AsyncWait> self(this);
        release();
        return self;
    }
    /// Moves a whole list to another head, in constant time.
    static void move(AsyncWait*& from, AsyncWait*& to) noexcept {
        point(to, std::exchange(from, nullptr));
    }

private:
    static void point(AsyncWait*& from, AsyncWait* to) noexcept {
        from = to;
        if (to != nullptr) {
            to->at_ = &from;
        }
    }

    const std::weak_ptr<State> event_;  // weak: a wait does not keep its event alive
    // Guarded by the event's mutex. `at_` is the address of the pointer to this, in the list's head
    // or in the previous element, so that leaving needs no search; null: in no list.
    AsyncWait** at_ = nullptr;
    AsyncWait* next_ = nullptr;
};

struct Event::State {
    explicit State(std::shared_ptr<Handler> h) noexcept : handler(std::move(h)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        end(base::Woken::by_cancel,
            [](AsyncWait& wait) { wait.fail_cancelled("the event was destroyed"); });
    }

    bool wait_until(TimePoint deadline);
    [[nodiscard]] bool is_set() const noexcept { return set.load(std::memory_order_acquire); }
    [[nodiscard]] bool over() const noexcept {
        return is_set() || cancelled.load(std::memory_order_acquire);
    }
    /// Sets the flags and ends the waits that are pending at this moment. Waits that begin later
    /// look at the flags.
    template <class End>
    void end(base::Woken how, End end_async) noexcept;

    const std::shared_ptr<Handler> handler;  // may be null
    detail::SmallMutex mutex;
    // Written with the mutex held, read without it.
    std::atomic<bool> set{false};
    std::atomic<bool> cancelled{false};
    // Guarded by mutex:
    base::Sleeper* sleepers = nullptr;
    AsyncWait* async_waits = nullptr;
};

bool Event::AsyncWait::cancel() {
    detail::RefPtr<AsyncWait> left;
    if (const auto event = event_.lock()) {
        const std::lock_guard lock(event->mutex);
        left = leave();
    }
    return fail_cancelled("the wait was cancelled");
}

/// As with Python's threading.Event, set() wakes every caller that waits at that moment, even if
/// clear() follows before it runs: a woken caller looks at its own Sleeper, not at the flags.
bool Event::State::wait_until(TimePoint deadline) {
    if (over()) {
        return is_set();
    }
    if (deadline <= (handler ? handler->now() : Clock::now())) {
        return false;
    }
    base::Sleeper sleeper(handler.get(), true);
    {
        // end() changes the flags and takes the list in one step: either the flags are seen here,
        // or the sleeper is in the list that it takes.
        const std::lock_guard lock(mutex);
        if (over()) {
            return is_set();
        }
        sleeper.enlist(sleepers);
    }
    const base::Sleeper::Leave leave(mutex, sleeper);
    sleeper.sleep(deadline, [&sleeper] { return sleeper.woken() != base::Woken::no; });
    return sleeper.woken() == base::Woken::by_success || is_set();
}

template <class End>
void Event::State::end(base::Woken how, End end_async) noexcept {
    base::WakeUp wake_up(mutex);
    AsyncWait* ended = nullptr;
    {
        const std::lock_guard lock(mutex);
        if (how == base::Woken::by_success) {
            set.store(true, std::memory_order_release);
        }
        cancelled.store(how == base::Woken::by_cancel, std::memory_order_release);
        wake_up.take(sleepers, how);
        AsyncWait::move(async_waits, ended);
    }
    wake_up.notify();
    // The list that was taken is still guarded by the mutex: a concurrent cancel() may remove its
    // wait from it. `end_async` runs user code, without the mutex.
    for (;;) {
        detail::RefPtr<AsyncWait> wait;
        {
            const std::lock_guard lock(mutex);
            if (ended == nullptr) {
                return;
            }
            wait = ended->leave();
        }
        end_async(*wait);
    }
}

Event::Event(std::shared_ptr<Handler> handler)
    : state_(std::make_shared<State>(std::move(handler))) {}

bool Event::is_set() const noexcept {
    return state_->is_set();
}

void Event::set() const {
    const auto state = state_;  // user code that runs now may destroy this Event
    state->end(base::Woken::by_success, [](AsyncWait& wait) { wait.succeed(); });
}

// Also clears a cancellation, so that an event can be used again.
void Event::clear() const {
    const std::lock_guard lock(state_->mutex);
    state_->set.store(false, std::memory_order_release);
    state_->cancelled.store(false, std::memory_order_release);
}

void Event::cancel() const {
    const auto state = state_;
    state->end(base::Woken::by_cancel, [](AsyncWait& wait) {
        wait.fail_cancelled("the event was cancelled");
    });
}

bool Event::wait(AnyDuration timeout) const {
    return state_->wait_until(detail::deadline_after(state_->handler.get(), timeout));
}

bool Event::wait() const {
    return state_->wait_until(TimePoint::max());
}

AsyncResult<void> Event::wait_async() const {
    auto wait = detail::make_ref<AsyncWait>(state_->handler, state_);
    bool cancelled = false;
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->over()) {
            AsyncWait::enlist(state_->async_waits, wait);
            return detail::make_result<void>(std::move(wait));
        }
        cancelled = !state_->is_set();
    }
    if (cancelled) {
        wait->fail_cancelled("the event has been cancelled");
    } else {
        wait->succeed();
    }
    return detail::make_result<void>(std::move(wait));
}

}  // namespace kazoo
