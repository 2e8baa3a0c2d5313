// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/pauses.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/exceptions.hpp>

#include <memory>
#include <utility>

namespace kazoo::detail::recipe {

/// What a recipe does about the error of a request.
enum class AfterError {
    again,  ///< It passes, and the request was not applied: send it again after a pause.
    look,   ///< It passes, and the request may have been applied: find out whether it was.
    fail,   ///< No other try can succeed.
};

/// Returns what to do about an error of a request. Time limits and cancellation are final.
[[nodiscard]] AfterError after_error(const Error& error) noexcept;

/// Returns a result that is ready after `pause`, or at the deadline of `limits` if that is earlier.
/// Fails with CancelledError if a stop is requested through their token.
[[nodiscard]] AsyncResult<void> pause_within(
    std::shared_ptr<Handler> handler, Duration pause, CallLimits limits
);

/// Throws WouldDeadlockError where the caller must not block for a result of this client. For
/// blocking forms, before anything is sent.
void check_may_block(const RecipeClient& client);

/// Begins a read with `begin(KazooClient&)`, and repeats it after errors that pass by themselves.
/// Fails with the other errors. Name the function object before you call this within `co_await`.
template <class T, class Begin>
[[nodiscard]] AsyncResult<T> repeated(RecipeClient client, CallLimits limits, Begin begin) {
    Pauses pauses;
    for (;;) {
        try {
            auto request = client.call(begin);
            T value = co_await direct(std::move(request));
            co_return value;
        } catch (const KazooException& error) {
            if (after_error(error.error()) == AfterError::fail) {
                throw;
            }
        }
        const auto pause = pause_within(client.handler(), pauses.next(), limits);
        co_await direct(pause);
    }
}

}  // namespace kazoo::detail::recipe
