// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstddef>

namespace kazoo::memory_tests {

/// Memory of this process that is in use, in bytes. What malloc has not returned to the system yet
/// does not count: it decides itself when to do that.
[[nodiscard]] inline std::size_t bytes_in_use() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

}  // namespace kazoo::memory_tests
