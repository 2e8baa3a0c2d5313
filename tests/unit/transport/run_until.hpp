// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>

namespace kazoo::transport {

/// Runs the loop until the condition holds, for `patience` at most. Returns whether it holds.
template <class Condition>
bool run_until(
    boost::asio::io_context& loop, std::chrono::steady_clock::duration patience, Condition condition
) {
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto work = boost::asio::make_work_guard(loop);
    loop.restart();
    while (!condition() && loop.run_one_until(end) > 0) {
    }
    return condition();
}

}  // namespace kazoo::transport
