// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace kazoo::testing_support {

/// Intercepts libuv calls of this test program.
struct LibuvCalls {
    std::atomic<int> sends{0};      ///< calls of uv_async_send
    std::atomic<int> next_init{0};  ///< the error of the next uv_async_init; 0: none
};
LibuvCalls& libuv_calls();

}  // namespace kazoo::testing_support
