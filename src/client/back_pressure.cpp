// SPDX-License-Identifier: Apache-2.0
#include "client/blocking_call.hpp"
#include "client/error_text.hpp"
#include "client/no_memory.hpp"
#include "client/session_wait.hpp"

#include <kazoo/back_pressure.hpp>
#include <kazoo/client.hpp>

#include <optional>
#include <utility>

namespace kazoo {
namespace detail::client {
namespace {

const OpKind<void> room_kind{"room"};

/// The result of room_async. Not an operation of the metrics: nothing is sent.
class RoomWait final : public SessionWait {
public:
    RoomWait(const std::shared_ptr<Core>& core, TimePoint deadline)
        : SessionWait(core, room_kind, "", deadline) {}

    void on_reply(const session::ReplyEvent& reply, const ReplyDelivery&) {
        const auto client = core();
        if (!reply.error) {
            use_room(client);
        } else if (client && reply.error == ClientErrc::queue_full) {
            fail_with(client->too_slow());  // where it cannot wait for callbacks
        } else {
            fail_with(error_with_text(reply.error, Outcome::not_sent, reply.detail));
        }
    }

    bool cancel() override { return withdraw_unsent(); }

private:
    void use_room(const std::shared_ptr<Core>& client) {
        if (client) {
            client->grant();  // first: whoever waits for this result may issue an operation at once
        }
        if (!succeed() && client) {  // cancelled meanwhile: the next one may have the room
            client->revoke();
            client->with_session([](session::Session& session, TimePoint) {
                session.return_room();
                return 0;
            });
        }
    }
};

/// Returns when a wait that begins here must end because callbacks are too slow. Code on a lane may
/// hold up the callbacks that it would wait for: a blocking call does, and other code does once a
/// callback blocks, which may be waiting for that code.
session::Callbacks end_of_patience(const Core& core, Waits waits) {
    if (!detail::LaneScope::on_lane_of(*core.handler())) {
        return session::Callbacks::never;
    }
    return waits == Waits::blocking ? session::Callbacks::lag : session::Callbacks::blocked;
}

}  // namespace

AsyncResult<void> wait_for_room(
    const std::shared_ptr<Core>& core, const CallContext& context, Waits waits
) {
    const auto operation = detail::make_ref<RoomWait>(core, context.deadline);
    auto result = detail::make_result<void>(operation);
    if (auto error = core->early_end(context)) {
        operation->fail_with(std::move(*error));
        return result;
    }
    const auto fails_at = end_of_patience(*core, waits);
    const auto callbacks = core->callback_state();
    if (callbacks >= fails_at) {
        operation->fail_with(core->too_slow());
        return result;
    }
    const auto accepted = core->with_session([&](session::Session& session, TimePoint) {
        return session.wait_for_room(owner_of(operation), callbacks, fails_at);
    });
    if (accepted.error) {
        operation->fail_with(not_accepted_error(accepted.error, core->options().limits()));
    } else if (accepted.id == 0) {
        core->grant();
        operation->succeed();
    } else {
        operation->begin(accepted.id, context, Outcome::not_sent);
    }
    return result;
}

}  // namespace detail::client

namespace {

using detail::client::Waits;

AsyncResult<void> room_of(
    const std::shared_ptr<detail::client::Core>& core, const CallOptions& options, Waits waits
) {
    return detail::client::or_no_memory([&] {
        return detail::client::wait_for_room(
            core, detail::client::CallContext(*core->handler(), options, core->options()), waits
        );
    });
}

}  // namespace

AsyncResult<void> BackPressure::room_async(const CallOptions& options) {
    return room_of(detail::core_of(static_cast<KazooClient&>(*this)), options, Waits::asynchronous);
}

void BackPressure::room(const CallOptions& options) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    core->check_may_block();
    room_of(core, options, Waits::blocking).get();
}

}  // namespace kazoo
