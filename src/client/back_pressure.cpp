// SPDX-License-Identifier: Apache-2.0
#include "client/blocking_call.hpp"
#include "client/error_text.hpp"
#include "client/no_memory.hpp"
#include "client/watch_requests.hpp"

#include <kazoo/back_pressure.hpp>
#include <kazoo/client.hpp>

#include <optional>
#include <utility>

namespace kazoo {
namespace detail::client {
namespace {

const OpKind<void> room_kind{"room"};

/// The result of room_async. Not an operation of the metrics: nothing is sent.
class RoomWait final : public DetachedOperation<void> {
public:
    RoomWait(const std::shared_ptr<Core>& core, TimePoint deadline)
        : DetachedOperation(core->handler(), room_kind, "", deadline), core_(core) {}

    void on_reply(const session::ReplyEvent& reply, const Chroot&, OutcomeCounters&) {
        if (!reply.error) {
            const auto core = succeed() ? nullptr : core_.lock();
            if (core) {  // cancelled meanwhile: the next one may have the room
                core->with_session([](session::Session& session, TimePoint) {
                    session.return_room();
                    return 0;
                });
            }
            return;
        }
        fail_with(error_with_text(reply.error, Outcome::not_sent, reply.detail));
    }

    bool cancel() override {
        const auto core = core_.lock();
        if (core && !core->in_forked_child() && !ready()) {
            core->with_session([this](session::Session& session, TimePoint) {
                return session.withdraw(wait);
            });
        }
        return give_up(Outcome::not_sent);
    }

    session::RequestId wait = 0;  // set before the result is returned to the caller

private:
    const std::weak_ptr<Core> core_;
};

}  // namespace

AsyncResult<void> wait_for_room(const std::shared_ptr<Core>& core, const CallContext& context) {
    const auto operation = detail::make_ref<RoomWait>(core, context.deadline);
    auto result = detail::make_result<void>(operation);
    if (auto error = core->obstacle(context)) {
        operation->fail_with(std::move(*error));
        return result;
    }
    const auto accepted = core->with_session([&](session::Session& session, TimePoint) {
        return session.wait_for_room(owner_of(operation));
    });
    if (accepted.error) {
        operation->fail_with(not_accepted_error(accepted.error, core->options().limits()));
    } else if (accepted.id == 0) {
        operation->succeed();
    } else {
        operation->wait = accepted.id;
        if (context.stop_token.stop_possible()) {
            cancel_on_stop(*operation, context.stop_token);
        }
        static_cast<void>(operation->end_at_deadline(Outcome::not_sent));
    }
    return result;
}

}  // namespace detail::client

AsyncResult<void> BackPressure::room_async(const CallOptions& options) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    return detail::client::or_no_memory([&] {
        return detail::client::wait_for_room(
            core, detail::client::CallContext(*core->handler(), options, core->options())
        );
    });
}

void BackPressure::room(const CallOptions& options) {
    detail::core_of(static_cast<KazooClient&>(*this))->check_may_block();
    room_async(options).get();
}

}  // namespace kazoo
