// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/time.hpp>

#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

/// A pause that blocks no thread. Returns a result that becomes ready after `duration` on the
/// handler's clock; zero or less: when the connection's executor next runs.
///
///     co_await sleep_async(zk.handler(), 100ms);
///     co_await sleep_async(zk.handler(), 100ms)(asio::use_awaitable);
///
/// Callbacks and coroutines that wait for it continue on Lane::completion of the handler. The
/// handler is kept running until the result is ready, also without clients. Cancelling the result
/// ends the pause at once, with CancelledError.
///
/// Throws ConfigurationError if `handler` is null, what Handler::start throws, and std::bad_alloc.
/// The result fails with OutOfMemoryError if the timer cannot be allocated. Thread-safe.
[[nodiscard]] AsyncResult<void> sleep_async(
    const std::shared_ptr<Handler>& handler, AnyDuration duration
);

}  // namespace kazoo
KAZOO_API_END
