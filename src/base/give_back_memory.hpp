#pragma once

#include <cstdlib>

#if defined(__GLIBC__)
#    include <malloc.h>
#endif

namespace kazoo::base {

/// Gives memory that was freed back to the system, where the allocator keeps it otherwise (glibc).
/// Takes milliseconds when there is much.
inline void give_back_memory() noexcept {
#if defined(__GLIBC__)
    ::malloc_trim(0);
#endif
}

}  // namespace kazoo::base
