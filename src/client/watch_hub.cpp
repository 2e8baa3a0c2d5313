// SPDX-License-Identifier: Apache-2.0
// The part of WatchHub that handles use. See watch_hub_requests.cpp for requests and
// watch_hub_events.cpp for events.
#include "client/watch_hub.hpp"

#include "client/core.hpp"
#include "client/lane_task.hpp"

namespace kazoo::detail::client {
namespace {

using Phase = SharedWatch::Phase;

// What <kazoo/watch_operations.hpp> says a handle needs: with the 8 bytes of malloc.
static_assert(sizeof(void*) != 8 || sizeof(HeldWatch) <= 56);

session::WatchKind kind_of_mode(WatchMode mode) {
    return mode == WatchMode::persistent ? session::WatchKind::persistent
                                         : session::WatchKind::recursive;
}

}  // namespace

std::shared_ptr<Core> WatchHub::core() const noexcept {
    const std::lock_guard lock(mutex_);
    return core_.lock();
}

// --- handles ---

AsyncResult<WatchHandle> WatchHub::add(
    Core& core,
    std::string_view path,
    std::string_view server_path,
    WatchMode mode,
    const Watcher& watch,
    const CallContext& context
) {
    const auto operation = detail::make_ref<AddWatch>(
        handler_, path, context.deadline, detail::make_ref<HeldWatch>(detail::state_of(watch))
    );
    detail::RefPtr<RemoveHandle> overtaken;
    const auto joined = join(core, *operation, kind_of_mode(mode), server_path, overtaken);
    complete(std::move(overtaken), nullptr);
    const auto watched = operation->held.shared;
    bool stops = true;
    switch (joined) {
        case Joined::set:
            try {
                cover_restoration(core, *watched);
            } catch (...) {
                withdraw(*operation);
                throw;
            }
            operation->succeed_with_handle();
            break;
        case Joined::first:
            submit_add(*watched);
            [[fallthrough]];
        case Joined::waits:
            if (context.stop_token.stop_possible()) {
                stops = cancel_on_stop(*operation, context.stop_token);
            }
            // If there is no memory for either, the result has failed; whoever keeps it must not
            // keep the watch.
            if (!stops || !operation->end_at_deadline(Outcome::not_applied)) {
                withdraw(*operation);
            }
    }
    return detail::make_result<WatchHandle>(operation);
}

/// Adds the handle of an operation to the shared watch, which is created if there is none. A
/// removal that has not been sent is no longer needed; the results that wait for it are returned.
WatchHub::Joined WatchHub::join(
    Core& core,
    AddWatch& operation,
    session::WatchKind kind,
    std::string_view path,
    detail::RefPtr<RemoveHandle>& overtaken
) {
    for (detail::RefPtr<SharedWatch> fresh;;) {
        {
            const std::lock_guard lock(mutex_);
            auto at = watches_.find(Place{kind, path});
            const bool first = at == watches_.end();
            if (first && fresh) {
                core_ = core.weak_from_this();
                at = watches_.insert(fresh).first;
            }
            if (at != watches_.end()) {
                auto& watch = **at;
                operation.held.shared = *at;
                operation.held.number = ++last_number_;
                watch.held.push_back(operation.held);
                ++watch.handles;
                if (watch.phase == Phase::set) {
                    watch.unwanted.unchain();
                    overtaken = std::move(watch.removals);
                    return Joined::set;
                }
                operation.add_ref();
                watch.waiting.push_back(operation);
                return first ? Joined::first : Joined::waits;
            }
        }
        fresh = detail::make_ref<SharedWatch>(shared_from_this(), kind, path);
    }
}

/// A handle has joined a watch that is set. After a reconnect the gap is reported before the server
/// has registered the watch again, and not to a handle that is created in between: reports another
/// one. If the reconnect comes after the handle has joined, its gap is for this handle as well.
void WatchHub::cover_restoration(Core& core, SharedWatch& watch) {
    if (!core.restores_watches()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (watch.phase == Phase::set) {
            mark_gap(watch);
        }
    }
    static_cast<void>(post_gaps());
}

/// Removes a handle from its watch and returns its function, to be released without the mutex.
detail::RefPtr<detail::WatcherState> WatchHub::detach(HeldWatch& held) noexcept {
    if (held.is_chained()) {
        held.unchain();
        --held.shared->handles;
    }
    return std::move(held.function);
}

void WatchHub::drop(HeldWatch& held) noexcept {
    detail::RefPtr<detail::WatcherState> function;
    detail::RefPtr<SharedWatch> next;
    {
        const std::lock_guard lock(mutex_);
        if (held.is_chained()) {  // else removed before, and the server has been asked then
            function = detach(held);
            next = begin_removal(*held.shared);
        }
    }
    send_removal(next);
}

AsyncResult<void> WatchHub::remove(HeldWatch& held, const CallOptions& options) {
    const CallContext context(*handler_, options, std::optional<Duration>());
    const auto operation = detail::make_ref<RemoveHandle>(handler_, context.deadline);
    detail::RefPtr<detail::WatcherState> function;
    detail::RefPtr<SharedWatch> next;
    bool waits = false;
    {
        const std::lock_guard lock(mutex_);
        function = detach(held);
        auto& watch = *held.shared;
        waits = watch.phase == Phase::set && watch.handles == 0;
        if (waits) {
            operation->next = std::exchange(watch.removals, operation);
        }
        next = begin_removal(watch);
    }
    send_removal(next);
    if (!waits) {
        operation->succeed();
    } else if (const auto alive = core(); alive && !operation->ready()) {
        if (context.stop_token.stop_possible()) {
            cancel_on_stop(*operation, context.stop_token);
        }
        static_cast<void>(operation->end_at_deadline(Outcome::unknown));
    }
    return detail::make_result<void>(operation);
}

bool WatchHub::is_active(const HeldWatch& held) const noexcept {
    const std::lock_guard lock(mutex_);
    return held.function && held.shared->phase != Phase::ended;
}

void WatchHub::withdraw(AddWatch& failed) noexcept {
    detail::RefPtr<detail::WatcherState> function;
    detail::RefPtr<SharedWatch> next;
    bool waited = false;
    {
        const std::lock_guard lock(mutex_);
        waited = failed.is_chained();
        failed.unchain();
        function = detach(failed.held);
        next = begin_removal(*failed.held.shared);
    }
    discard(std::move(function));
    if (waited) {
        failed.release();
    }
    send_removal(next);
}

/// Destroys an object that may own objects of users on the callback lane, where they may call the
/// client; without memory for that, here.
void WatchHub::discard(detail::RefPtr<detail::RefCounted> object) noexcept {
    if (!object) {
        return;
    }
    try {
        dispatch_owned(
            handler_, Lane::callback, object, [](Handler&, detail::RefPtr<detail::RefCounted>&) {}
        );
    } catch (...) {
        return;
    }
}

// --- the end of results, watches and the hub ---

void WatchHub::complete(detail::RefPtr<RemoveHandle> removals, const Error* error) noexcept {
    while (removals) {
        if (error == nullptr) {
            removals->succeed();
        } else {
            removals->fail_with(*error);
        }
        auto next = std::move(removals->next);
        removals = std::move(next);
    }
}

/// Returns the reference that the hub has held, to be released without the mutex.
detail::RefPtr<SharedWatch> WatchHub::end(SharedWatch& watch) noexcept {
    watch.phase = Phase::ended;
    watch.unwanted.unchain();
    const auto at = watches_.find(Place{watch.kind, watch.path});
    if (at == watches_.end() || at->get() != &watch) {
        return {};
    }
    return std::move(watches_.extract(at).value());
}

}  // namespace kazoo::detail::client
