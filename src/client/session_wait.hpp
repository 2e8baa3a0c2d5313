// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/call_context.hpp"
#include "client/core.hpp"
#include "client/watch_requests.hpp"

#include <memory>
#include <string_view>

namespace kazoo::detail::client {

/// A result that waits for something in the session, which the session knows by an id and can give
/// up: a request, or a wait of its own.
class SessionWait : public DetachedOperation<void> {
public:
    /// Called when the session has accepted the wait, before the result is returned to the caller:
    /// lets the stop token and the deadline of the call end it. `outcome` as for end_at_deadline.
    void begin(session::RequestId wait, const CallContext& context, Outcome outcome) {
        id_ = wait;
        if (context.stop_token.stop_possible()) {
            cancel_on_stop(*this, context.stop_token);
        }
        static_cast<void>(end_at_deadline(outcome));
    }

protected:
    SessionWait(
        const std::shared_ptr<Core>& core,
        const OpKind<void>& kind,
        std::string_view path,
        TimePoint deadline
    )
        : DetachedOperation(core->handler(), kind, path, deadline), core_(core) {}

    /// Returns null if the client has been destroyed.
    [[nodiscard]] std::shared_ptr<Core> core() const noexcept { return core_.lock(); }
    /// Takes the wait out of the session. Returns false if it has ended there, or was sent.
    [[nodiscard]] bool withdraw() {
        const auto alive = core();
        return alive && !alive->in_forked_child() && !ready() &&
               alive->with_session([this](session::Session& session, TimePoint) {
                   return session.withdraw(id_);
               });
    }
    /// As `cancel`, for waits for which nothing is sent.
    bool withdraw_unsent() {
        static_cast<void>(withdraw());
        return give_up(Outcome::not_sent);
    }

private:
    const std::weak_ptr<Core> core_;
    session::RequestId id_ = 0;
};

}  // namespace kazoo::detail::client
