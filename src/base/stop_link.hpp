#pragma once

#include <kazoo/detail/result_state.hpp>

#include <memory>
#include <new>
#include <stop_token>
#include <utility>

namespace kazoo::base {

/// Calls `action` when a stop is requested, in the thread that requests it, unless `state` is
/// complete by then; at once if it has been requested before. Without memory for that, fails the
/// result with OutOfMemoryError: its owner relies on the stop.
template <class Action>
void link_to_stop(
    detail::ResultStateBase& state, const std::stop_token& token, const Action& action
) noexcept {
    try {
        auto callback = std::make_unique<std::stop_callback<Action>>(token, action);
        // The link, and with it the callback, goes away when the result is complete.
        state.link_direct([keep = std::move(callback)](detail::ResultStateBase&) {});
    } catch (const std::bad_alloc&) {
        state.fail(Error(ClientErrc::out_of_memory));
    }
}

}  // namespace kazoo::base
