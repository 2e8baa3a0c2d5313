// SPDX-License-Identifier: Apache-2.0
// The parts of WatchHub for the watches of a session that another client has handed over, and for
// the end of the hub.
#include "client/core.hpp"
#include "client/lane_task.hpp"
#include "client/watch_hub.hpp"

namespace kazoo::detail::client {

detail::RefPtr<SharedWatch> WatchHub::resume(
    Core& core,
    session::WatchKind kind,
    std::string_view path,
    const detail::RefPtr<detail::WatcherState>& function
) {
    auto watch = detail::make_ref<SharedWatch>(shared_from_this(), kind, path);
    auto held = detail::make_ref<HeldWatch>(function);
    const std::lock_guard lock(mutex_);
    if (resumed_.size() == resumed_.capacity()) {
        resumed_.reserve(resumed_.size() * 2 + 1);
    }
    if (!watches_.insert(watch).second) {
        return {};
    }
    // From here on nothing can fail.
    core_ = core.weak_from_this();
    watch->phase = SharedWatch::Phase::set;
    held->shared = watch;
    held->number = ++last_number_;
    watch->held.push_back(*held);
    ++watch->handles;
    resumed_.push_back(std::move(held));
    return watch;
}

/// Takes one of the handles and its function out of the hub; null if there is none left.
detail::RefPtr<HeldWatch> WatchHub::next_resumed(detail::RefPtr<detail::WatcherState>& function
) noexcept {
    function = {};
    const std::lock_guard lock(mutex_);
    if (resumed_.empty()) {
        return {};
    }
    auto held = std::move(resumed_.back());
    resumed_.pop_back();
    function = detach(*held);
    return held;
}

void WatchHub::drop_resumed() noexcept {
    detail::RefPtr<detail::WatcherState> function;
    while (const auto held = next_resumed(function)) {
        detail::RefPtr<SharedWatch> next;
        {
            const std::lock_guard lock(mutex_);
            next = begin_removal(*held->shared);
        }
        discard(std::move(function));
        send_removal(next);
    }
}

void WatchHub::end_resumed() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (resumed_.empty()) {
            return;
        }
    }
    try {
        auto hub = shared_from_this();
        dispatch_owned(
            handler_,
            Lane::callback,
            hub,
            [](Handler&, const std::shared_ptr<WatchHub>& self) { self->drop_resumed(); }
        );
    } catch (...) {
        return;  // out of memory: close() removes them
    }
}

void WatchHub::abandon_resumed() noexcept {
    detail::RefPtr<detail::WatcherState> function;
    while (const auto held = next_resumed(function)) {
        on_abandoned(*held->shared);
        discard(std::move(function));
    }
}

void WatchHub::close() noexcept {
    for (;;) {
        detail::RefPtr<SharedWatch> ended;
        detail::RefPtr<RemoveHandle> removals;
        {
            const std::lock_guard lock(mutex_);
            if (watches_.empty()) {
                break;
            }
            removals = std::move((*watches_.begin())->removals);
            ended = end(**watches_.begin());
        }
        complete(std::move(removals), nullptr);
    }
    for (std::uint64_t last = 0; next_gap(last);) {
    }
    // The handler's loop may be gone: the functions are destroyed here.
    detail::RefPtr<detail::WatcherState> function;
    while (next_resumed(function)) {
    }
}

}  // namespace kazoo::detail::client
