// SPDX-License-Identifier: Apache-2.0
// Refused by design: see CMakeLists.txt beside this folder.
#include <kazoo/asio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

boost::asio::awaitable<void> wait(kazoo::AsyncResult<> result) {
    co_await result;
}
