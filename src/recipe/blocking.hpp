// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>

#include <memory>

namespace kazoo::detail::recipe {

/// Blocks until the result of `begin()` is ready; returns its value or throws its error. Throws
/// WouldDeadlockError, before `begin` is called, where the wait could never end.
template <class Begin>
auto block_on(const std::shared_ptr<Handler>& handler, Begin&& begin) -> decltype(begin().get()) {
    check_may_block();
    static_cast<void>(handler->waiter());  // throws where the caller must not block
    return begin().get();
}

/// The same for a call that waits for watch events, which the callback lane delivers: a watch
/// function would wait for events behind it.
template <class Begin>
auto block_on_events(const std::shared_ptr<Handler>& handler, Begin&& begin)
    -> decltype(begin().get()) {
    if (LaneScope::any_lane() == handler.get() && LaneScope::completion_lane() != handler.get()) {
        throw_error(Error(
            ClientErrc::would_deadlock,
            Outcome::not_sent,
            "wait",
            {},
            "a watch function cannot wait for a change of a node, because watch functions are "
            "called one after the other"
        ));
    }
    return block_on(handler, begin);
}

}  // namespace kazoo::detail::recipe
