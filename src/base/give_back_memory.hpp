// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif

namespace kazoo::base {

/// Returns freed heap memory to the operating system, where the allocator would keep it (glibc).
/// Does nothing elsewhere. Takes milliseconds if the heap is large.
inline void give_back_memory() noexcept {
#if defined(__GLIBC__)
    ::malloc_trim(0);
#endif
}

}  // namespace kazoo::base
