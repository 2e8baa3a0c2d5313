// SPDX-License-Identifier: Apache-2.0
// The part of WatchHub that sets and removes watches on the server.
#include "client/core.hpp"
#include "client/watch_hub.hpp"
#include "codec/watches.hpp"

#include <cassert>
#include <new>
#include <utility>

namespace kazoo::detail::client {
namespace {

using Phase = SharedWatch::Phase;

constexpr const char* needs_version =
    "persistent and recursive watches need ZooKeeper 3.6 or later";

Error error_of(const session::ReplyEvent& reply) noexcept {
    const bool unknown = *reply.detail == '\0' && reply.error == Errc::unimplemented;
    return error_with_text(reply.error, reply.outcome, unknown ? needs_version : reply.detail);
}

/// Returns the error of a request that was not accepted; `core` is null if the client is gone.
Error not_sent(std::error_code code, const Core* core) noexcept {
    return core != nullptr ? not_accepted_error(code, core->options().limits(), needs_version)
                           : Error(code, Outcome::not_sent);
}

}  // namespace

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
            call.resend = alive->options().resend();
            const codec::AddWatchRequest record{
                watch.path, watch.kind == session::WatchKind::recursive ? 1 : 0};
            error = alive
                        ->submit_by(
                            call,
                            [&](session::Session& session) { return session.submit(call, record); }
                        )
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
    std::error_code error = ClientErrc::connection_closed;
    const auto alive = core();
    if (alive) {
        try {
            session::RequestSpec call;
            call.request =
                owner_of(detail::make_ref<WatchRequest>(watch, WatchRequest::Kind::removes));
            call.watch_path = watch.path;
            call.removes = session::only(watch.kind);
            error = alive
                        ->submit_by(
                            call,
                            [&](session::Session& session) { return session.remove_watches(call); }
                        )
                        .error;
        } catch (const std::bad_alloc&) {
            error = ClientErrc::out_of_memory;
        }
    }
    if (error) {
        removal_not_sent(watch, not_sent(error, alive.get()));
    }
    return !error;
}

/// The watch is still set, unless it has ended meanwhile. Handles that have joined get it;
/// otherwise the removal is tried again after a later reply or event, if the session goes on. What
/// waits for the removal fails, because nothing says when that will be. If the session is over, it
/// succeeds with the end of the watch, which is one of the next events.
void WatchHub::removal_not_sent(SharedWatch& watch, const Error& error) noexcept {
    const bool session_over = error.code() == Condition::session_lost;
    detail::RefPtr<RemoveHandle> removals;
    Chain waiting;
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        ended = watch.lost || watch.phase == Phase::ended;
        if (!ended) {
            --removals_;
            watch.phase = Phase::set;
            watch.refused = false;
            if (watch.handles == 0) {
                unwanted_.push_back(watch.unwanted);
            }
            waiting.append(watch.waiting);
            if (!session_over) {
                removals = std::move(watch.removals);
            }
        }
    }
    if (ended) {
        return finish_removal(watch);
    }
    complete_all(waiting, nullptr);
    complete(std::move(removals), &error);
}

/// Begins the removal of a watch without handles, unless others have to wait already. Called in the
/// step that removes the last handle, so that it does not matter which thread comes next: a handle
/// that is added then waits for the removal. Returns the watch whose removal is to be submitted.
detail::RefPtr<SharedWatch> WatchHub::begin_removal(SharedWatch& watch) noexcept {
    if (watch.handles > 0 || watch.phase != Phase::set || watch.unwanted.is_chained()) {
        return {};
    }
    unwanted_.push_back(watch.unwanted);
    return next_removal();
}

void WatchHub::send_removal(const detail::RefPtr<SharedWatch>& begun) noexcept {
    if (begun) {
        static_cast<void>(submit_removal(*begun));
    }
}

/// Sends removals that wait, as far as they fit.
void WatchHub::reconcile() noexcept {
    for (;;) {
        detail::RefPtr<SharedWatch> next;
        {
            const std::lock_guard lock(mutex_);
            next = next_removal();
        }
        if (!next || !submit_removal(*next)) {
            return;
        }
    }
}

/// Begins the oldest removal that waits, which is then to be submitted; null if none may begin.
detail::RefPtr<SharedWatch> WatchHub::next_removal() noexcept {
    if (removals_ >= most_removals || unwanted_.empty()) {
        return {};
    }
    detail::RefPtr<SharedWatch> watch(
        static_cast<SharedWatch::Unwanted*>(unwanted_.pop_front())->watch
    );
    assert(watch->phase == Phase::set && watch->handles == 0);
    watch->phase = Phase::removing;
    ++removals_;
    return watch;
}

void WatchHub::on_added(SharedWatch& watch, const session::ReplyEvent& reply) noexcept {
    if (reply.error) {
        fail_add(watch, error_of(reply));
    } else {
        Chain waiting;
        detail::RefPtr<SharedWatch> next;
        {
            const std::lock_guard lock(mutex_);
            watch.phase = Phase::set;
            waiting.append(watch.waiting);
            next = begin_removal(watch);
        }
        complete_all(waiting, nullptr);
        send_removal(next);
    }
    reconcile();
}

void WatchHub::fail_add(SharedWatch& watch, const Error& error) noexcept {
    detail::RefPtr<SharedWatch> ended;
    Chain waiting;
    {
        const std::lock_guard lock(mutex_);
        ended = end(watch);
        waiting.append(watch.waiting);
    }
    complete_all(waiting, &error);
}

/// Completes the results that waited when the phase of their watch changed. Those that have come
/// since wait for another request: the watch may be in the next phase already, because callers
/// continue with the first of these results.
void WatchHub::complete_all(Chain& waiting, const Error* error) noexcept {
    for (;;) {
        AddWatch* operation = nullptr;
        {
            const std::lock_guard lock(mutex_);  // the node may be removed by withdraw()
            operation = static_cast<AddWatch*>(waiting.pop_front());
        }
        if (operation == nullptr) {
            return;
        }
        if (error == nullptr) {
            operation->succeed_with_handle();
        } else {
            operation->fail_with(*error);
        }
        if (!operation->successful()) {
            withdraw(*operation);  // also if it had failed before, for lack of memory for its timer
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
        Chain waiting;
        {
            const std::lock_guard lock(mutex_);
            --removals_;
            watch.phase = Phase::set;
            watch.refused = false;
            removals = std::move(watch.removals);
            waiting.append(watch.waiting);
        }
        complete_all(waiting, nullptr);
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

}  // namespace kazoo::detail::client
