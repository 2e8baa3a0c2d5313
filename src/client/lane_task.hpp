// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/unique_function.hpp>

#include <memory>
#include <utility>

namespace kazoo::detail::client {

/// Gives `lane` of `handler` a task that calls `run(Handler&, Payload&)` and then destroys the
/// payload, both within the lane's scope: the payload may own objects of users, the last client
/// among them, whose destructors must see where they run.
///
/// Throws what `dispatch` throws, and std::bad_alloc; `payload` is then as it was before.
template <class Payload, class Function>
void dispatch_owned(
    const std::shared_ptr<Handler>& handler, Lane lane, Payload& payload, Function run
) {
    // The box outlives a task that was not accepted, and is empty when an accepted one is
    // destroyed.
    const auto box = std::make_shared<Payload>();
    Task task(detail::quiet([handler, lane, box, run] {
        const auto keep = handler;  // the payload may own the last client, which owns the task
        const detail::LaneScope on_lane(*keep, lane);
        auto now = std::move(*box);
        run(*keep, now);
    }));
    *box = std::move(payload);
    try {
        handler->dispatch(lane, std::move(task));
    } catch (...) {
        payload = std::move(*box);
        throw;
    }
}

}  // namespace kazoo::detail::client
