// SPDX-License-Identifier: Apache-2.0
#include "recipe/repeated.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/detail/retry_run.hpp>

#include <algorithm>

namespace kazoo::detail::recipe {

AfterError after_error(const Error& error) noexcept {
    const auto& code = error.code();
    if (code == Errc::operation_timeout) {
        return AfterError::fail;  // the time limit of the call
    }
    if (code != Condition::retryable && code != Errc::session_expired) {
        return AfterError::fail;
    }
    return error.outcome() == Outcome::unknown ? AfterError::look : AfterError::again;
}

AsyncResult<void> pause_within(
    std::shared_ptr<Handler> handler, Duration pause, CallLimits limits
) {
    HandlerUse running(handler);
    running.prepare();
    if (limits.deadline() != TimePoint::max()) {
        pause = std::min<Duration>(pause, limits.deadline() - handler->now());
    }
    const Error cancelled(ClientErrc::cancelled, Outcome::not_applied);
    const auto sleeping = detail::sleep_async(handler, pause, {limits.stop_token()}, cancelled);
    running.last_until(*state_of(sleeping));
    co_await direct(sleeping);
}

void check_may_block(const RecipeClient& client) {
    detail::check_may_block();
    if (client.handler()->running()) {  // otherwise the operation fails at once
        static_cast<void>(client.handler()->waiter());
    }
}

}  // namespace kazoo::detail::recipe
