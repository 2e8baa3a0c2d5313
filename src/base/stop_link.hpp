#pragma once

#include <kazoo/detail/result_state.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>

namespace kazoo::base {

/// Calls `action` when a stop is requested, in the thread that requests it, unless `state` is
/// complete by then; at once if it has been requested before.
template <class Action>
void link_to_stop(
    detail::ResultStateBase& state, const std::stop_token& token, const Action& action
) {
    auto callback = std::make_unique<std::stop_callback<Action>>(token, action);
    // The link, and with it the callback, goes away when the result is complete.
    const auto id = reinterpret_cast<std::uintptr_t>(callback.get());
    state.link(
        id, detail::LinkKind::direct, [keep = std::move(callback)](detail::ResultStateBase&) {}
    );
}

}  // namespace kazoo::base
