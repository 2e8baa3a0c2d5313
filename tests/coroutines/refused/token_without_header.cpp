// SPDX-License-Identifier: Apache-2.0
// Refused by design: see CMakeLists.txt beside this folder.
#include <kazoo/async_result.hpp>

#include <boost/asio/use_future.hpp>

void wait(const kazoo::AsyncResult<int>& result) {
    result(boost::asio::use_future);
}
