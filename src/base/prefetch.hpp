// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace kazoo::base {

/// Starts to load this memory, which is about to be used, into the caches of the processor. The
/// address need not be valid.
inline void prefetch(const void* memory, std::size_t size) noexcept {
    constexpr std::size_t line = 64;
    for (std::size_t i = 0; i < size; i += line) {
        __builtin_prefetch(static_cast<const char*>(memory) + i, 1);
    }
}

}  // namespace kazoo::base
