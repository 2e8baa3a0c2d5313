// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo::memory_tests {

/// Calls `live(nth)` with 1, 2, ... until it has returned three times that fewer than `nth`
/// allocations were made, a test has failed, or `limit` has passed. `live` returns whether its
/// shortage was met.
template <class Live>
void for_each_allocation(std::chrono::seconds limit, Live&& live) {
    const auto end = std::chrono::steady_clock::now() + limit;
    int missed = 0;
    for (long nth = 1; missed < 3 && std::chrono::steady_clock::now() < end; ++nth) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        missed = live(nth) ? 0 : missed + 1;
        if (::testing::Test::HasFailure()) {
            return;
        }
    }
}

}  // namespace kazoo::memory_tests
