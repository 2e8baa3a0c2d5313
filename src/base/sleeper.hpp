#pragma once

#include "base/lane_slot.hpp"

#include <kazoo/detail/resumptions.hpp>
#include <kazoo/handler.hpp>

#include <atomic>
#include <memory>
#include <mutex>

namespace kazoo::base {

/// A caller that is blocked on a completion lane, in a callback, and meanwhile resumes coroutines
/// that have come to their turn there.
class LaneHelper {
public:
    LaneHelper(std::shared_ptr<Waiter> waiter, bool helps) noexcept;
    ~LaneHelper();
    LaneHelper(const LaneHelper&) = delete;
    LaneHelper& operator=(const LaneHelper&) = delete;

    /// Whether the caller could not help its lane: each helps within the last, on one stack.
    [[nodiscard]] static bool is_too_deep() noexcept;

    /// Resumes a coroutine; false if there is none to resume.
    bool help() noexcept;

    const std::shared_ptr<Waiter> waiter;
    LaneHelper* previous = nullptr;  // the Resumptions', with:
    LaneHelper* next = nullptr;

private:
    LaneSlot* const slot_;
    detail::Resumptions* resumptions_ = nullptr;  // null: not on such a lane, or too deep in others
};

enum class Woken : char { no, by_success, by_cancel };

/// A caller, thread or fiber, that waits for something. Lives on the caller's stack.
class Sleeper {
public:
    /// Throws WouldDeadlockError where blocking could never end. `handler` may be null. `helps`:
    /// what it waits for may need the lane that it is on; only then are coroutines resumed
    /// meanwhile, for the caller may hold locks that they need.
    Sleeper(Handler* handler, bool helps);
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    /// Blocks until `over()`, or until `deadline`.
    template <class Over>
    void sleep(TimePoint deadline, Over over) {
        while (!over() && now() < deadline) {
            if (!helper_.help()) {
                helper_.waiter->wait_until(deadline);
            }
        }
    }
    /// Whether it was in a list that a WakeUp has taken, and what for.
    [[nodiscard]] Woken woken() const noexcept { return woken_.load(std::memory_order_acquire); }

    // With the mutex held that belongs to the list:
    void enlist(Sleeper*& list) noexcept;
    void leave() noexcept;

    /// Leaves the list at its end.
    class Leave {
    public:
        Leave(std::mutex& mutex, Sleeper& sleeper) noexcept : mutex_(mutex), sleeper_(sleeper) {}
        ~Leave() {
            const std::lock_guard lock(mutex_);
            sleeper_.leave();
        }
        Leave(const Leave&) = delete;
        Leave& operator=(const Leave&) = delete;

    private:
        std::mutex& mutex_;
        Sleeper& sleeper_;
    };

private:
    friend class WakeUp;

    [[nodiscard]] TimePoint now() const noexcept {
        return handler_ != nullptr ? handler_->now() : Clock::now();
    }

    Handler* const handler_;
    LaneHelper helper_;
    std::atomic<Woken> woken_{Woken::no};
    Sleeper** at_ = nullptr;  // what points to this; null: in no list
    Sleeper* next_ = nullptr;
};

/// Wakes the sleepers of a list at one moment, those and no others. Their waiters, which are the
/// handler's, are notified under no lock.
class WakeUp {
public:
    explicit WakeUp(std::mutex& mutex) noexcept : mutex_(mutex) {}
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// With the mutex held.
    void take(Sleeper*& list, Woken how) noexcept;
    void notify() noexcept;

private:
    std::mutex& mutex_;
    Sleeper* taken_ = nullptr;
};

}  // namespace kazoo::base
