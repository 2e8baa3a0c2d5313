// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/chain.hpp"
#include "client/operation.hpp"
#include "client/shared_watch.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/time.hpp>
#include <kazoo/watch_operations.hpp>

#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {

/// Of calls to add_watch, refused ones included.
inline const OpKind<WatchHandle> add_watch_kind{"add_watch", nullptr};

class Core;

/// A result whose request, if there is one, goes on when the result fails. `cancel` is also called
/// when the time limit has passed (detail::end_at).
template <class T>
class DetachedOperation : public Operation<T> {
public:
    DetachedOperation(
        const std::shared_ptr<Handler>& handler,
        const OpKind<T>& kind,
        std::string_view path,
        TimePoint deadline
    )
        : Operation<T>(handler, kind, path, std::weak_ptr<Core>()), deadline_(deadline) {}

    /// Fails the result, with operation and path. Returns false if it is complete.
    bool fail_with(Error error) noexcept {
        try {
            this->describe(error);
        } catch (const std::bad_alloc&) {
            error.path({});
        }
        return this->fail(std::move(error));
    }

    /// Ends the wait for the result at the deadline. Called when the request is under way; if there
    /// is no memory, fails the result instead, because its caller relies on the deadline, and
    /// returns false.
    bool end_at_deadline(Outcome outcome) noexcept {
        if (deadline_ == TimePoint::max()) {
            return true;
        }
        try {
            const detail::RefPtr<DetachedOperation> self(this);
            static_cast<void>(detail::end_at(this->handler(), self, deadline_));
            return true;
        } catch (const std::bad_alloc&) {
            return !fail_with(Error(ClientErrc::out_of_memory, outcome));
        }
    }

protected:
    /// Fails the result because it was cancelled, or because its time limit has passed.
    bool give_up(Outcome outcome) noexcept {
        const bool late = this->handler()->now() >= deadline_;
        return fail_with(
            late ? Error(Errc::operation_timeout, outcome) : Error(ClientErrc::cancelled, outcome)
        );
    }

private:
    const TimePoint deadline_;
};

/// The result of add_watch: one handle, which waits for the reply to the request of its shared
/// watch. The code that completes the result owns the handle from then on.
class AddWatch final : public DetachedOperation<WatchHandle>, public Chained {
public:
    AddWatch(
        const std::shared_ptr<Handler>& handler,
        std::string_view path,
        TimePoint deadline,
        detail::RefPtr<HeldWatch> held_watch
    );
    bool cancel() override;
    void succeed_with_handle() noexcept;

    HeldWatch& held;

private:
    WatchHandle handle_;  // keeps `held`
};

/// The result of WatchHandle::remove. A node of a list.
class RemoveHandle final : public DetachedOperation<void> {
public:
    RemoveHandle(const std::shared_ptr<Handler>& handler, TimePoint deadline);
    bool cancel() override { return give_up(Outcome::unknown); }

    detail::RefPtr<RemoveHandle> next;  // guarded by the hub's mutex
};

/// The request that sets or removes a shared watch, as the session's owner of it.
class WatchRequest final : public detail::RefCounted {
public:
    enum class Kind { adds, removes };
    WatchRequest(SharedWatch& watch, Kind kind) : watch_(&watch), kind_(kind) {}
    void on_reply(const session::ReplyEvent& reply, const ReplyDelivery& delivery);
    void abandon() noexcept override;
    /// Returns the path on the server, with the chroot.
    [[nodiscard]] const std::string& path() const noexcept { return watch_->path; }

private:
    const detail::RefPtr<SharedWatch> watch_;
    const Kind kind_;
};

}  // namespace kazoo::detail::client
