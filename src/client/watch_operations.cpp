// SPDX-License-Identifier: Apache-2.0
// The public functions for watches that last, and the removal of one-shot watches.
#include "client/blocking_call.hpp"
#include "client/core.hpp"
#include "client/no_memory.hpp"
#include "client/server_path.hpp"
#include "client/session_wait.hpp"
#include "client/watch_hub.hpp"
#include "client/watch_stream.hpp"
#include "codec/watches.hpp"

#include <kazoo/client.hpp>

namespace kazoo {
namespace detail::client {
namespace {

const OpKind<void> remove_watches_kind{
    "remove_watches", "remove_watches needs ZooKeeper 3.5 or later"};

CallContext context_of(const Core& core, const CallOptions& options) {
    return CallContext(*core.handler(), options, core.options());
}

HeldWatch& held_of(const detail::RefPtr<detail::RefCounted>& state) {
    return static_cast<HeldWatch&>(*state);
}

AsyncResult<WatchHandle> add_watch(
    Core& core,
    std::string_view path,
    WatchMode mode,
    const Watcher& watch,
    const CallContext& context
) {
    if (auto error = core.obstacle(context)) {
        return core.refused(add_watch_kind, path, std::move(*error));
    }
    if (!watch) {
        Error error(Errc::bad_arguments, Outcome::not_sent, "", {}, "there is no watch function");
        return core.refused(add_watch_kind, path, std::move(error));
    }
    const ServerPath server_path(path, core.chroot());
    if (server_path.error()) {
        return core.refused(add_watch_kind, path, *server_path.error());
    }
    return core.watch_hub().add(core, path, server_path.view(), mode, watch, context);
}

/// The result of remove_watches. The session's request goes on if it fails, because a server may
/// have executed it.
class RemoveWatches final : public SessionWait {
public:
    RemoveWatches(const std::shared_ptr<Core>& core, std::string_view path, TimePoint deadline)
        : SessionWait(core, remove_watches_kind, path, deadline) {}

    bool cancel() override { return give_up(withdraw() ? Outcome::not_sent : Outcome::unknown); }
};

session::WatchKinds kinds_of(WatchType type) {
    constexpr auto children = session::only(session::WatchKind::child);
    switch (type) {
        case WatchType::data:
            return session::data_kinds;
        case WatchType::children:
            return children;
        case WatchType::any:
            break;
    }
    return static_cast<session::WatchKinds>(session::data_kinds | children);
}

AsyncResult<void> remove_watches(
    const std::shared_ptr<Core>& core,
    std::string_view path,
    WatchType type,
    const CallContext& context
) {
    if (auto error = core->obstacle(context)) {
        return core->refused(remove_watches_kind, path, std::move(*error));
    }
    const ServerPath server_path(path, core->chroot());
    if (server_path.error()) {
        return core->refused(remove_watches_kind, path, *server_path.error());
    }
    const auto operation = detail::make_ref<RemoveWatches>(core, path, context.deadline);
    session::RequestSpec call;
    call.request = owner_of(operation);
    call.watch_path = server_path.view();
    call.removes = kinds_of(type);
    call.resend = context.resend;
    const auto accepted = core->submit_by(call, [&](session::Session& session) {
        return session.remove_watches(call);
    });
    if (accepted.error) {
        operation->fail_with(
            not_accepted_error(accepted.error, core->options().limits(), remove_watches_kind.needs)
        );
        return detail::make_result<void>(operation);
    }
    operation->begin(accepted.id, context, Outcome::unknown);
    return detail::make_result<void>(operation);
}

}  // namespace
}  // namespace detail::client

namespace client = detail::client;
using client::held_of;

WatchHandle& WatchHandle::operator=(WatchHandle&& other) noexcept {
    if (this != &other) {
        const WatchHandle former(std::move(*this));
        state_ = std::move(other.state_);
    }
    return *this;
}

WatchHandle::~WatchHandle() {
    if (!state_ || !held_of(state_).shared) {
        return;
    }
    auto& held = held_of(state_);
    if (held.shared->hub->in_forked_child()) {
        static_cast<void>(state_.detach());  // left to the parent
        return;
    }
    held.shared->hub->drop(held);
}

bool WatchHandle::active() const noexcept {
    if (!state_ || held_of(state_).shared->hub->in_forked_child()) {
        return false;
    }
    return held_of(state_).shared->hub->is_active(held_of(state_));
}

AsyncResult<void> WatchHandle::remove_async(const CallOptions& options) {
    return client::or_no_memory([&]() -> AsyncResult<void> {
        const WatchHandle former(std::move(*this));
        if (former.active()) {
            auto& held = held_of(former.state_);
            return held.shared->hub->remove(held, options);
        }
        Promise<void> done;
        done.set();
        return done.result();
    });
}

void WatchHandle::remove(const CallOptions& options) {
    if (active()) {
        if (const auto core = held_of(state_).shared->hub->core()) {
            core->check_may_block();
        }
    }
    remove_async(options).get();
}

AsyncResult<WatchHandle> WatchOperations::add_watch_async(
    PathView path, WatchMode mode, const Watcher& watch, const CallOptions& options
) {
    auto& core = *detail::core_of(static_cast<KazooClient&>(*this));
    return client::or_no_memory([&] {
        return client::add_watch(core, path, mode, watch, client::context_of(core, options));
    });
}

WatchHandle WatchOperations::add_watch(
    PathView path, WatchMode mode, const Watcher& watch, const CallOptions& options
) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    return detail::client::call_blocking(core, options, [&](const auto& bounded) {
        return add_watch_async(path, mode, watch, bounded);
    });
}

AsyncResult<WatchStream> WatchOperations::watch_stream_async(
    PathView path, WatchMode mode, const WatchStreamOptions& stream, const CallOptions& options
) {
    auto& core = *detail::core_of(static_cast<KazooClient&>(*this));
    return client::or_no_memory([&] {
        const auto state =
            detail::make_ref<client::StreamState>(core.handler(), path, stream.limit());
        auto added = client::add_watch(
            core, path, mode, client::StreamState::watcher(state), client::context_of(core, options)
        );
        return client::StreamState::open(state, std::move(added));
    });
}

WatchStream WatchOperations::watch_stream(
    PathView path, WatchMode mode, const WatchStreamOptions& stream, const CallOptions& options
) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    return detail::client::call_blocking(core, options, [&](const auto& bounded) {
        return watch_stream_async(path, mode, stream, bounded);
    });
}

AsyncResult<void> WatchOperations::remove_watches_async(
    PathView path, WatchType type, const CallOptions& options
) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    return client::or_no_memory([&] {
        return client::remove_watches(core, path, type, client::context_of(*core, options));
    });
}

void WatchOperations::remove_watches(PathView path, WatchType type, const CallOptions& options) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    detail::client::call_blocking(core, options, [&](const auto& bounded) {
        return remove_watches_async(path, type, bounded);
    });
}

}  // namespace kazoo
