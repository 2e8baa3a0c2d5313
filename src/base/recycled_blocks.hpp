// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace kazoo::base {

/// Memory of operations, which are created and destroyed at the rate of requests: freed blocks are
/// kept and used again. A general allocator keeps only a few of this size per thread.
///
/// Operations are usually created by one thread and destroyed by another. Each thread has a small
/// cache; blocks travel between the caches in batches, through a store that all threads share. No
/// thread ever waits for the store: if another thread uses it, the heap is used instead. For that
/// reason it also works in a forked child.
///
/// Limits: 64 blocks per thread and 2,048 in the store; what exceeds them returns to the heap. With
/// the address sanitizer nothing is kept, so that it finds uses of freed operations.
namespace recycled_blocks {

/// The size of a block in bytes. Larger requests go to the heap.
inline constexpr std::size_t block_size = 704;

/// Returns memory for `size` bytes, aligned as by operator new. Throws std::bad_alloc.
[[nodiscard]] void* allocate(std::size_t size);
/// Frees what `allocate` returned for the same size.
void deallocate(void* memory, std::size_t size) noexcept;

/// Whether freed blocks are kept; if not, all memory comes from the heap and returns to it. For
/// tests, which count allocations or let them fail: to be called while no operation exists. What
/// the calling thread and the store have kept returns to the heap. Has no effect with the address
/// sanitizer.
void keep_freed(bool keeps) noexcept;

}  // namespace recycled_blocks
}  // namespace kazoo::base
