// SPDX-License-Identifier: Apache-2.0
// The part of WatchHub that distributes events and gaps.
#include "client/core.hpp"
#include "client/lane_task.hpp"
#include "client/watch_hub.hpp"

#include <new>

namespace kazoo::detail::client {
namespace {

using Phase = SharedWatch::Phase;

[[nodiscard]] bool ends_watch(EventType type) {
    return type == EventType::NONE || type == EventType::WATCH_LOST;
}

}  // namespace

std::uint64_t WatchHub::admit(session::WatchFired& fired, bool overloaded) noexcept {
    session::Watchers useless;  // released without the mutex
    detail::RefPtr<RemoveHandle> removals;
    std::uint64_t last = 0;
    {
        const std::lock_guard lock(mutex_);
        last = last_number_;
        useless = fired.watchers.extract_if([&](const session::Watch& watch) {
            return watch.is_lasting() && !wants(shared_of(watch), fired.type, overloaded);
        });
        removals = std::move(ended_removals_);
    }
    complete(std::move(removals), nullptr);
    reconcile();
    return last;
}

/// Returns whether the handles of a watch get an event of this type. Ends the watch if the event
/// says so.
bool WatchHub::wants(SharedWatch& watch, EventType type, bool overloaded) noexcept {
    if (ends_watch(type)) {
        if (watch.phase == Phase::removing) {
            watch.lost = true;
        } else if (watch.phase == Phase::set) {
            while (watch.removals) {
                auto removal = std::move(watch.removals);
                watch.removals = std::move(removal->next);
                removal->next = std::move(ended_removals_);
                ended_removals_ = std::move(removal);
            }
            // The session's reference in the event keeps the watch.
            static_cast<void>(end(watch));
        }
        // A watch that has ended is here again if its event could not be dispatched.
        return watch.phase == Phase::ended && watch.handles > 0;
    }
    if (watch.phase != Phase::set) {
        return false;
    }
    if (watch.handles == 0) {
        if (!watch.unwanted.is_chained()) {
            unwanted_.push_back(watch.unwanted);
        }
        return false;
    }
    if (overloaded) {
        mark_gap(watch);
    }
    return !overloaded;
}

void WatchHub::note_gap() noexcept {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& watch : watches_) {
            if (watch->phase != Phase::set) {
                continue;
            }
            if (watch->handles > 0) {
                mark_gap(*watch);
            } else if (!watch->unwanted.is_chained()) {
                unwanted_.push_back(watch->unwanted);
            }
        }
    }
    reconcile();
}

void WatchHub::mark_gap(SharedWatch& watch) noexcept {
    watch.gap_last = last_number_;
    if (std::exchange(watch.gap, true)) {
        return;
    }
    has_gaps_.store(true, std::memory_order_relaxed);
    detail::RefPtr<SharedWatch> reference(&watch);
    (last_gap_ != nullptr ? last_gap_->next_gap : first_gap_) = std::move(reference);
    last_gap_ = &watch;
}

bool WatchHub::post_gaps() {
    {
        const std::lock_guard lock(mutex_);
        if (!first_gap_ || std::exchange(gaps_posted_, true)) {
            return false;
        }
    }
    try {
        auto hub = shared_from_this();
        dispatch_owned(
            handler_,
            Lane::callback,
            hub,
            [](Handler& handler, const std::shared_ptr<WatchHub>& self) {
                self->deliver_gaps(handler);
            }
        );
        return true;
    } catch (...) {
        const std::lock_guard lock(mutex_);
        gaps_posted_ = false;
        throw;
    }
}

/// If there is no memory for an event, the gaps wait for the next event or connection, which
/// dispatches them again.
void WatchHub::deliver_gaps(Handler& handler) noexcept {
    std::uint64_t last = 0;
    while (const auto watch = next_gap(last)) {
        const auto event = gap_of(*watch);
        if (!event) {
            return put_back_gap(*watch, last);
        }
        watch->deliver(handler, *event, last);
    }
}

std::optional<WatchedEvent> WatchHub::gap_of(const SharedWatch& watch) const noexcept {
    const auto alive = core();
    const auto state = alive ? alive->client_state() : KeeperState::CLOSED;
    constexpr int tries = 3;  // a shortage of memory may be momentary
    for (int i = 0; i < tries; ++i) {
        try {
            return WatchedEvent(EventType::GAP, state, chroot_.strip(watch.path));
        } catch (const std::bad_alloc&) {
            continue;
        }
    }
    return std::nullopt;
}

/// Ends the task on the lane, as next_gap() does when there is none left.
void WatchHub::put_back_gap(SharedWatch& watch, std::uint64_t last) noexcept {
    const std::lock_guard lock(mutex_);
    gaps_posted_ = false;
    if (watch.gap || core_.expired()) {
        return;  // noted again meanwhile; or nothing would take it out of the list any more
    }
    watch.gap = true;
    watch.gap_last = last;
    has_gaps_.store(true, std::memory_order_relaxed);
    watch.next_gap = std::move(first_gap_);
    first_gap_ = detail::RefPtr<SharedWatch>(&watch);
    if (last_gap_ == nullptr) {
        last_gap_ = &watch;
    }
}

/// Returns the next watch that is to get a gap; null if there is none, and the task is over.
detail::RefPtr<SharedWatch> WatchHub::next_gap(std::uint64_t& last) noexcept {
    const std::lock_guard lock(mutex_);
    if (!first_gap_) {
        gaps_posted_ = false;
        return {};
    }
    auto watch = std::move(first_gap_);
    first_gap_ = std::move(watch->next_gap);
    if (!first_gap_) {
        last_gap_ = nullptr;
        has_gaps_.store(false, std::memory_order_relaxed);
    }
    watch->gap = false;
    // Also if the watch has ended since: its end is another event, which follows on the lane.
    last = watch->gap_last;
    return watch;
}

}  // namespace kazoo::detail::client
