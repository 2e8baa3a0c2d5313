// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/result_state.hpp>

#include <memory>
#include <new>
#include <stop_token>
#include <utility>

namespace kazoo::base {

/// Calls `action` when a stop is requested, in the thread that requests it, unless `state` is
/// complete by then; calls it at once if a stop has already been requested. If there is no memory
/// for the link, fails the result with OutOfMemoryError, because its owner relies on the stop, and
/// returns false; returns true if the result was complete by then.
template <class Action>
bool link_to_stop(
    detail::ResultStateBase& state, const std::stop_token& token, const Action& action
) noexcept {
    try {
        auto callback = std::make_unique<std::stop_callback<Action>>(token, action);
        // The link owns the stop_callback: completing the result destroys both.
        state.link_direct([keep = std::move(callback)](detail::ResultStateBase&) {});
        return true;
    } catch (const std::bad_alloc&) {
        return !state.fail(Error(ClientErrc::out_of_memory));
    }
}

}  // namespace kazoo::base
