#pragma once

#include <atomic>

namespace kazoo::testing_support {

/// Stands between the handler and libuv in this test program.
struct LibuvCalls {
    std::atomic<int> sends{0};      ///< calls of uv_async_send
    std::atomic<int> next_init{0};  ///< what the next uv_async_init fails with
};
LibuvCalls& libuv_calls();

}  // namespace kazoo::testing_support
