// SPDX-License-Identifier: Apache-2.0
// The part of WatchHub that handles and requests use; see watch_hub_events.cpp for events.
#include "client/watch_hub.hpp"

#include "client/core.hpp"
#include "client/lane_task.hpp"
#include "codec/watches.hpp"

#include <kazoo/detail/retry_run.hpp>

#include <cassert>
#include <new>

namespace kazoo::detail::client {
namespace {

using Phase = SharedWatch::Phase;

// What <kazoo/watch_operations.hpp> says a handle needs: with the 8 bytes of malloc.
static_assert(sizeof(void*) != 8 || sizeof(HeldWatch) <= 56);

constexpr const char* needs_version =
    "persistent and recursive watches need ZooKeeper 3.6 or later";

Error error_of(const session::ReplyEvent& reply) noexcept {
    try {
        std::string text = reply.detail;
        if (text.empty() && reply.error == Errc::unimplemented) {
            text = needs_version;
        }
        return Error(reply.error, reply.outcome, "", {}, std::move(text));
    } catch (const std::bad_alloc&) {
        return Error(reply.error, reply.outcome);
    }
}

Error not_sent(std::error_code code, const Core* core) noexcept {
    try {
        std::string text = code == Errc::unimplemented ? needs_version : "";
        if (text.empty() && core != nullptr) {
            text = limit_text(code, core->options().limits());
        }
        return Error(code, Outcome::not_sent, "", {}, std::move(text));
    } catch (const std::bad_alloc&) {
        return Error(code, Outcome::not_sent);
    }
}

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
    switch (joined) {
        case Joined::set:
            operation->succeed_with_handle();
            break;
        case Joined::first:
            submit_add(*watched);
            [[fallthrough]];
        case Joined::waits:
            if (context.stop_token.stop_possible()) {
                cancel_on_stop(*operation, context.stop_token);
            }
            static_cast<void>(detail::end_at(handler_, operation, context.deadline));
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
    {
        const std::lock_guard lock(mutex_);
        function = detach(held);
    }
    remove_if_unwanted(*held.shared);
}

AsyncResult<void> WatchHub::remove(HeldWatch& held, const CallOptions& options) {
    const CallContext context(*handler_, options, {});
    const auto operation = detail::make_ref<RemoveHandle>(handler_, context.deadline);
    detail::RefPtr<detail::WatcherState> function;
    bool waits = false;
    {
        const std::lock_guard lock(mutex_);
        function = detach(held);
        auto& watch = *held.shared;
        waits = watch.phase == Phase::set && watch.handles == 0;
        if (waits) {
            operation->next = std::exchange(watch.removals, operation);
        }
    }
    remove_if_unwanted(*held.shared);
    if (!waits) {
        operation->succeed();
    } else if (const auto alive = core(); alive && !operation->ready()) {
        if (context.stop_token.stop_possible()) {
            cancel_on_stop(*operation, context.stop_token);
        }
        static_cast<void>(detail::end_at(handler_, operation, context.deadline));
    }
    return detail::make_result<void>(operation);
}

bool WatchHub::is_active(const HeldWatch& held) const noexcept {
    const std::lock_guard lock(mutex_);
    return held.function && held.shared->phase != Phase::ended;
}

void WatchHub::withdraw(AddWatch& failed) noexcept {
    detail::RefPtr<detail::WatcherState> function;
    bool waited = false;
    {
        const std::lock_guard lock(mutex_);
        waited = failed.is_chained();
        failed.unchain();
        function = detach(failed.held);
    }
    discard(std::move(function));
    if (waited) {
        failed.release();
    }
    remove_if_unwanted(*failed.held.shared);
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

// --- requests ---

void WatchHub::submit_add(SharedWatch& watch) noexcept {
    std::error_code error = ClientErrc::connection_closed;
    const auto alive = core();
    if (alive) {
        try {
            session::RequestSpec call;
            call.op = codec::Opcode::add_watch;
            call.request =
                owner_of(detail::make_ref<WatchRequest>(watch, WatchRequest::Kind::adds));
            call.watcher = detail::RefPtr<SharedWatch>(&watch);
            call.watch_kind = watch.kind;
            call.watch_path = watch.path;
            const codec::AddWatchRequest record{
                watch.path, watch.kind == session::WatchKind::recursive ? 1 : 0};
            error = alive
                        ->with_session([&](session::Session& session, TimePoint) {
                            return session.submit(call, record);
                        })
                        .error;
        } catch (const std::bad_alloc&) {
            error = ClientErrc::out_of_memory;
        }
    }
    if (error) {
        fail_add(watch, not_sent(error, alive.get()));
    }
}

/// The watch is in the phase `removing`, and counted in removals_. Returns false if the request was
/// not accepted.
bool WatchHub::submit_removal(SharedWatch& watch) noexcept {
    const auto alive = core();
    if (alive) {
        try {
            session::RequestSpec call;
            call.request =
                owner_of(detail::make_ref<WatchRequest>(watch, WatchRequest::Kind::removes));
            call.watch_path = watch.path;
            call.removes = session::only(watch.kind);
            const auto accepted = alive->with_session([&](session::Session& session, TimePoint) {
                return session.remove_watches(call);
            });
            if (!accepted.error) {
                return true;
            }
        } catch (const std::bad_alloc&) {
            removal_not_sent(watch);
            return false;
        }
    }
    removal_not_sent(watch);
    return false;
}

/// The watch is still set, unless it has ended meanwhile. Handles that have joined get it;
/// otherwise the removal is tried again later, if the session goes on.
void WatchHub::removal_not_sent(SharedWatch& watch) noexcept {
    bool lost = false;
    {
        const std::lock_guard lock(mutex_);
        lost = watch.lost;
        if (!lost) {
            --removals_;
            watch.phase = Phase::set;
            watch.refused = false;
            if (watch.handles == 0) {
                unwanted_.push_back(watch.unwanted);
            }
        }
    }
    lost ? finish_removal(watch) : complete_waiting(watch, nullptr);
}

void WatchHub::remove_if_unwanted(SharedWatch& watch) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (watch.handles > 0 || watch.phase != Phase::set || watch.unwanted.is_chained()) {
            return;
        }
        unwanted_.push_back(watch.unwanted);
    }
    static_cast<void>(send_next_removal());
}

/// Sends removals that wait, as far as they fit.
void WatchHub::reconcile() noexcept {
    while (send_next_removal()) {
    }
}

bool WatchHub::send_next_removal() noexcept {
    detail::RefPtr<SharedWatch> watch;
    {
        const std::lock_guard lock(mutex_);
        if (removals_ >= most_removals || unwanted_.empty()) {
            return false;
        }
        watch = detail::RefPtr<SharedWatch>(
            static_cast<SharedWatch::Unwanted*>(unwanted_.pop_front())->watch
        );
        assert(watch->phase == Phase::set && watch->handles == 0);
        watch->phase = Phase::removing;
        ++removals_;
    }
    return submit_removal(*watch);
}

void WatchHub::on_added(SharedWatch& watch, const session::ReplyEvent& reply) noexcept {
    if (reply.error) {
        fail_add(watch, error_of(reply));
    } else {
        {
            const std::lock_guard lock(mutex_);
            watch.phase = Phase::set;
        }
        complete_waiting(watch, nullptr);
        remove_if_unwanted(watch);
    }
    reconcile();
}

void WatchHub::fail_add(SharedWatch& watch, const Error& error) noexcept {
    detail::RefPtr<SharedWatch> ended;
    {
        const std::lock_guard lock(mutex_);
        ended = end(watch);
    }
    complete_waiting(watch, &error);
}

/// Completes the results that wait for the watch. None is added meanwhile, because it is set, or
/// has ended.
void WatchHub::complete_waiting(SharedWatch& watch, const Error* error) noexcept {
    for (;;) {
        AddWatch* operation = nullptr;
        {
            const std::lock_guard lock(mutex_);
            operation = static_cast<AddWatch*>(watch.waiting.pop_front());
        }
        if (operation == nullptr) {
            return;
        }
        if (error == nullptr) {
            operation->succeed_with_handle();
        } else if (operation->fail_with(*error)) {
            withdraw(*operation);
        }
        detail::RefPtr<detail::RefCounted> last(operation);
        operation->release();
        if (last->sole_owner()) {
            discard(std::move(last));  // not kept by any caller; it owns the watch function
        }
    }
}

void WatchHub::on_removed(SharedWatch& watch, const session::ReplyEvent& reply) noexcept {
    const auto& error = reply.error;
    if (error == Errc::marshalling_error) {
        bool again = false;
        {
            const std::lock_guard lock(mutex_);
            again = !std::exchange(watch.refused, true);
        }
        if (again) {  // a server before 3.9, which the session asks in another way
            static_cast<void>(submit_removal(watch));
            return;
        }
    }
    const bool session_over = error == Errc::connection_loss || error == Errc::session_expired ||
                              error == Errc::auth_failed || error == ClientErrc::out_of_memory;
    if (!error || error == Errc::no_watcher || session_over) {
        finish_removal(watch);
    } else {
        // The server keeps the watch. The next event of it, or the next connection, leads to
        // another try.
        detail::RefPtr<RemoveHandle> removals;
        {
            const std::lock_guard lock(mutex_);
            --removals_;
            watch.phase = Phase::set;
            watch.refused = false;
            removals = std::move(watch.removals);
        }
        complete_waiting(watch, nullptr);
        const auto failure = error_of(reply);
        complete(std::move(removals), &failure);
    }
    reconcile();
}

/// The server does not have the watch any more. If a handle has joined meanwhile, it is set again.
void WatchHub::finish_removal(SharedWatch& watch) noexcept {
    detail::RefPtr<RemoveHandle> removals;
    detail::RefPtr<SharedWatch> ended;
    bool again = false;
    {
        const std::lock_guard lock(mutex_);
        --removals_;
        watch.refused = watch.lost = false;
        removals = std::move(watch.removals);
        again = watch.handles > 0;
        if (again) {
            watch.phase = Phase::adding;
        } else {
            ended = end(watch);
        }
    }
    complete(std::move(removals), nullptr);
    if (again) {
        submit_add(watch);
    }
}

void WatchHub::on_abandoned(SharedWatch& watch) noexcept {
    detail::RefPtr<RemoveHandle> removals;
    detail::RefPtr<SharedWatch> ended;
    {
        const std::lock_guard lock(mutex_);
        removals = std::move(watch.removals);
        ended = end(watch);
    }
    for (AddWatch* operation = nullptr;;) {
        {
            const std::lock_guard lock(mutex_);
            operation = static_cast<AddWatch*>(watch.waiting.pop_front());
        }
        if (operation == nullptr) {
            break;
        }
        operation->abandon();
        operation->release();
    }
    for (; removals; removals = std::exchange(removals->next, {})) {
        removals->abandon();
    }
}

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
