#pragma once

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <utility>

namespace kazoo::detail::client {

/// A task for `lane` that runs `function` and destroys it within the lane's scope: captures of
/// users may be destroyed there, and what their destructors call must see where it runs.
template <class Function>
[[nodiscard]] Task lane_task(std::shared_ptr<Handler> handler, Lane lane, Function function) {
    return [handler = std::move(handler), lane, function = std::move(function)]() mutable {
        const auto keep = std::move(handler);  // the function may own the last client
        const detail::LaneScope on_lane(*keep, lane);
        auto now = std::move(function);
        now();
    };
}

}  // namespace kazoo::detail::client
