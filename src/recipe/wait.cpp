// SPDX-License-Identifier: Apache-2.0
#include "recipe/wait.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

namespace kazoo::detail::recipe {

AsyncResult<bool> wait_for(std::shared_ptr<Handler> handler, Event event, CallLimits limits) {
    const auto waiting = event.wait_async();
    std::shared_ptr<const std::atomic<bool>> over;
    if (limits.deadline() != TimePoint::max() && !waiting.ready()) {
        over = end_at(handler, state_of(waiting), limits.deadline());
    }
    std::optional<std::stop_callback<std::function<void()>>> on_stop;
    if (limits.stop_token().stop_possible()) {
        on_stop.emplace(limits.stop_token(), [waiting] { waiting.cancel(); });
    }
    try {
        co_await direct(waiting);
    } catch (const CancelledError&) {
        if (!over || !over->load()) {
            throw;
        }
        co_return false;
    } catch (const OperationTimeoutError&) {
        co_return false;
    }
    co_return true;
}

}  // namespace kazoo::detail::recipe
