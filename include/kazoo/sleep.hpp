#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/time.hpp>

#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

/// A pause that blocks nothing: a result that is ready after `duration` (steady time; zero or less:
/// as soon as the connection's executor comes to it). For coroutines:
///
///     co_await sleep_async(zk.handler(), 100ms);
///     co_await sleep_async(zk.handler(), 100ms)(asio::use_awaitable);
///
/// `cancel` ends it with CancelledError. Callbacks and coroutines that wait for it go on on the
/// handler's completion lane. The handler is kept running meanwhile, also without clients.
///
/// Throws ConfigurationError if there is no handler, std::system_error if the handler cannot create
/// its threads, std::bad_alloc. Fails with OutOfMemoryError if there is no memory for the timer.
[[nodiscard]] AsyncResult<void> sleep_async(
    const std::shared_ptr<Handler>& handler, AnyDuration duration
);

}  // namespace kazoo
KAZOO_API_END
