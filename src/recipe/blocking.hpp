// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::detail::recipe {

/// To be called before the blocking form of a call begins. Throws WouldDeadlockError where the wait
/// could never end, before anything is sent, and ForkedError.
inline void check_may_block(Handler& handler) {
    detail::check_may_block();
    if (handler.running()) {  // otherwise the call fails at once
        static_cast<void>(handler.waiter());
    }
}

/// The same for calls that wait for watch events: in a watch function these could not be delivered.
inline void check_may_await_events(Handler& handler, const char* operation) {
    check_may_block(handler);
    const bool on_callback_lane =
        LaneScope::any_lane() == &handler && LaneScope::completion_lane() != &handler;
    if (on_callback_lane) {
        throw_error(Error(
            ClientErrc::would_deadlock,
            Outcome::not_sent,
            operation,
            {},
            "it waits for events that are delivered after the watch function which calls it"
        ));
    }
}

/// Blocks until the result of `begin()` is ready; returns its value or throws its error. Throws
/// WouldDeadlockError, before `begin` is called, where the wait could never end.
template <class Begin>
auto block_on(const std::shared_ptr<Handler>& handler, Begin&& begin) -> decltype(begin().get()) {
    check_may_block(*handler);
    return begin().get();
}

/// The same for a call that waits for watch events.
template <class Begin>
auto block_on_events(const std::shared_ptr<Handler>& handler, Begin&& begin)
    -> decltype(begin().get()) {
    check_may_await_events(*handler, "wait");
    return begin().get();
}

}  // namespace kazoo::detail::recipe
