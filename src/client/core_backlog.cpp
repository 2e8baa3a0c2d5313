// SPDX-License-Identifier: Apache-2.0
// The part of Core that limits how many callbacks may wait, and lets calls that wait for room wait
// for callbacks.
//
//     session                     driver                          lanes
//     -------                     ------                          -----
//     wait_for_room
//     take_events <-------------- callbacks(): they lag;
//       grants nothing            a BacklogWait is listed ------> a callback begins to run:
//                                 look_again: another turn <----- the backlog is below the limits
//     take_events <-------------- callbacks(): they keep up
//       grants room
#include "client/core.hpp"

#include <memory>
#include <new>
#include <string>
#include <utility>

namespace kazoo::detail::client {

/// Lists the client in the backlog of its handler, which may outlive the client.
class Core::BacklogWait final : public detail::BacklogWaiter {
public:
    BacklogWait(const ClientLimits& limits, std::weak_ptr<Core> core) noexcept
        : BacklogWaiter(limits.requests, limits.backlog_bytes), core_(std::move(core)) {}

    void wake() noexcept override {
        const auto core = core_.lock();
        if (core && !core->in_forked_child()) {
            core->look_again();
        }
    }

private:
    const std::weak_ptr<Core> core_;
};

/// Allocated in advance: the driver asks for the state of the callbacks where it could not report
/// that there is no memory.
void Core::prepare_backlog_wait() {
    if (!backlog_wait_) {
        backlog_wait_ = std::make_shared<BacklogWait>(options_.limits(), weak_from_this());
    }
}

bool Core::overloaded() const noexcept {
    const auto& limits = options_.limits();
    return handler_->backlog() >= limits.requests ||
           handler_->backlog_bytes() >= limits.backlog_bytes;
}

Error Core::too_slow() const noexcept {
    const auto& limits = options_.limits();
    const bool bytes =
        handler_->backlog() < limits.requests && handler_->backlog_bytes() >= limits.backlog_bytes;
    try {
        const auto amount = bytes ? std::to_string(limits.backlog_bytes) + " bytes or more of"
                                  : std::to_string(limits.requests) + " or more";
        return Error(
            ClientErrc::queue_full,
            Outcome::not_sent,
            "",
            {},
            "callbacks are too slow: " + amount +
                " results and watch events are waiting to be delivered (ClientLimits::" +
                (bytes ? "backlog_bytes" : "requests") + ")"
        );
    } catch (const std::bad_alloc&) {
        return Error(ClientErrc::queue_full, Outcome::not_sent);
    }
}

session::Callbacks Core::callback_state() const noexcept {
    if (!overloaded()) {
        return session::Callbacks::keep_up;
    }
    return detail::Backlog::is_blocked(*handler_) ? session::Callbacks::blocked
                                                  : session::Callbacks::lag;
}

/// Called on the connection's executor, before each look of the session. Listed before the second
/// look: a callback that begins after it wakes this client.
session::Callbacks Core::callbacks() noexcept {
    batch_.flush();  // so that the backlog counts its results
    if (!overloaded()) {
        return session::Callbacks::keep_up;
    }
    detail::Backlog::wait(*handler_, backlog_wait_);
    return callback_state();
}

/// Limited, for programs that wait for room more often than they use it.
void Core::grant() noexcept {
    auto granted = granted_.load();
    while (granted < options_.limits().requests &&
           !granted_.compare_exchange_weak(granted, granted + 1)) {
    }
}

bool Core::revoke() noexcept {
    auto granted = granted_.load();
    while (granted > 0 && !granted_.compare_exchange_weak(granted, granted - 1)) {
    }
    return granted > 0;
}

}  // namespace kazoo::detail::client
