// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/lane_slot.hpp"

#include <kazoo/detail/resumptions.hpp>
#include <kazoo/detail/small_mutex.hpp>
#include <kazoo/handler.hpp>

#include <atomic>
#include <memory>
#include <mutex>

namespace kazoo::base {

// How a caller blocks, and how it is woken:
//
//     waiting caller                              waking thread
//     --------------                              -------------
//     lock, condition false, enlist, unlock       lock, make the condition true,
//     sleep: while the condition is false             WakeUp::take the whole list, unlock
//         help the lane, or wait_until    <------ WakeUp::notify: each sleeper's waiter
//     lock, leave the list, unlock                    (in turn, without the lock)
//
// The mutex and the list head belong to what is waited for (a result, an event). A sleeper is on
// the stack of the waiting caller, so it must have left every list before its scope ends.

/// A caller that is blocked in a callback on a completion lane and meanwhile resumes the coroutines
/// whose turn on that lane has come. Without this, a callback that waits for such a coroutine would
/// wait for its own return. On any lane, the handler's backlog counts it as blocked. On the
/// caller's stack; used by the caller only, except as noted.
class LaneHelper {
public:
    LaneHelper(std::shared_ptr<Waiter> waiter, bool helps) noexcept;
    ~LaneHelper();
    LaneHelper(const LaneHelper&) = delete;
    LaneHelper& operator=(const LaneHelper&) = delete;

    /// Returns whether too many helpers are nested for another one: each runs within the previous
    /// one, on the same stack.
    [[nodiscard]] static bool is_too_deep() noexcept;

    /// Resumes one coroutine. Returns false if there is none to resume.
    bool help() noexcept;

    const std::shared_ptr<Waiter> waiter;  // notified by any thread
    LaneHelper* previous = nullptr;        // in the list of the Resumptions, guarded by its mutex
    LaneHelper* next = nullptr;            // likewise

private:
    LaneSlot* const slot_;
    Handler* const blocks_;                       // whose lane the caller blocks; null: none
    detail::Resumptions* resumptions_ = nullptr;  // null: not on such a lane, or too deep
};

enum class Woken : char { no, by_success, by_cancel };

/// A caller, thread or fiber, that is blocked until a condition holds. On the caller's stack.
class Sleeper {
public:
    /// Throws WouldDeadlockError where blocking could never end. `handler` may be null. `helps`:
    /// whether what the caller waits for may need the completion lane that the caller is on. Only
    /// then are coroutines resumed meanwhile: the caller may hold locks that they need.
    Sleeper(Handler* handler, bool helps);
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    /// Blocks until `over()` returns true or `deadline` has passed. A notification between the call
    /// of `over` and the wait is not lost: it ends the wait at once.
    template <class Over>
    void sleep(TimePoint deadline, Over over) {
        while (!over() && now() < deadline) {
            if (!helper_.help()) {
                helper_.waiter->wait_until(deadline);
            }
        }
    }
    /// Returns the reason given to the WakeUp that took the list with this sleeper; `no` if none
    /// has.
    [[nodiscard]] Woken woken() const noexcept { return woken_.load(std::memory_order_acquire); }

    // Called with the mutex of the list held.

    void enlist(Sleeper*& list) noexcept;
    /// Does nothing if the sleeper is in no list.
    void leave() noexcept;

    /// Makes the sleeper leave its list at the end of a scope, also when an exception ends it.
    class Leave {
    public:
        Leave(detail::SmallMutex& mutex, Sleeper& sleeper) noexcept
            : mutex_(mutex), sleeper_(sleeper) {}
        ~Leave() {
            const std::lock_guard lock(mutex_);
            sleeper_.leave();
        }
        Leave(const Leave&) = delete;
        Leave& operator=(const Leave&) = delete;

    private:
        detail::SmallMutex& mutex_;
        Sleeper& sleeper_;
    };

private:
    friend class WakeUp;

    [[nodiscard]] TimePoint now() const noexcept {
        return handler_ != nullptr ? handler_->now() : Clock::now();
    }

    Handler* const handler_;  // null: no handler, plain threads only
    LaneHelper helper_;
    std::atomic<Woken> woken_{Woken::no};  // written with the list's mutex held, read without it
    // Guarded by the list's mutex. `at_` is the address of the pointer to this, in the list's head
    // or in the previous element, so that leaving needs no search; null: in no list.
    Sleeper** at_ = nullptr;
    Sleeper* next_ = nullptr;
};

/// Wakes the sleepers that are in a list at one moment, and none that come later. Their waiters are
/// notified without the mutex, because they are the handler's. `notify` has to follow `take`: it
/// empties the list whose head is in this object.
class WakeUp {
public:
    explicit WakeUp(detail::SmallMutex& mutex) noexcept : mutex_(mutex) {}
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// Takes all sleepers off `list` and records `how` in them. Called with the mutex held.
    void take(Sleeper*& list, Woken how) noexcept;
    [[nodiscard]] bool any() const noexcept { return any_; }
    /// Called without the mutex.
    void notify() noexcept;

private:
    detail::SmallMutex& mutex_;
    bool any_ = false;  // take() has found sleepers; used by the waking thread only
    // Guarded by mutex_: a sleeper whose deadline passes leaves the list.
    Sleeper* taken_ = nullptr;
};

}  // namespace kazoo::base
