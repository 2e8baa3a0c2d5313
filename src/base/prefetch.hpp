// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace kazoo::base {

/// Starts to load memory that is about to be written into the processor's caches. It need not be
/// valid, nor belong to one object.
inline void prefetch(const void* memory, std::size_t size) noexcept {
    constexpr std::size_t line = 64;
    for (std::size_t i = 0; i < size; i += line) {
        __builtin_prefetch(static_cast<const char*>(memory) + i, 1);
    }
}

}  // namespace kazoo::base
