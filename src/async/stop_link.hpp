// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/result_state.hpp>

#include <memory>
#include <new>
#include <stop_token>
#include <utility>

namespace kazoo::base {

/// A callback for a stop that lasts until a result is complete. Deletes itself then.
template <class Action>
class StopLink final : public detail::Link {
public:
    StopLink(const std::stop_token& token, const Action& action)
        : Link(Use::release), callback_(token, action) {}

    void run(detail::ResultStateBase&) noexcept override { delete this; }
    void drop() noexcept override { delete this; }

private:
    std::stop_callback<Action> callback_;
};

/// Calls `action` when a stop is requested, in the thread that requests it, unless `state` is
/// complete by then; calls it at once if a stop has already been requested. If there is no memory
/// for the link, fails the result with OutOfMemoryError, because its owner relies on the stop, and
/// returns false; returns true if the result was complete by then.
template <class Action>
bool link_to_stop(
    detail::ResultStateBase& state, const std::stop_token& token, const Action& action
) noexcept {
    try {
        auto link = std::make_unique<StopLink<Action>>(token, action);
        if (state.link(*link, detail::LinkKind::direct)) {
            static_cast<void>(link.release());  // owns itself from now on
        }
        return true;
    } catch (const std::bad_alloc&) {
        return !state.fail(Error(ClientErrc::out_of_memory));
    }
}

}  // namespace kazoo::base
