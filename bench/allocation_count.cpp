// SPDX-License-Identifier: Apache-2.0
// Replaces operator new and delete, whose other forms call these, and aligned_alloc, with which
// Boost.Asio allocates. In a file of its own: g++ 12 warns where it inlines only one of a pair.
#include "allocation_count.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> count{0};

}  // namespace

void* operator new(std::size_t size) {
    void* const block = std::malloc(std::max<std::size_t>(size, 1));
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    count.fetch_add(1, std::memory_order_relaxed);
    return block;
}

void operator delete(void* block) noexcept {
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
    void* block = nullptr;
    if (posix_memalign(&block, std::max(alignment, sizeof(void*)), size) != 0) {
        return nullptr;
    }
    count.fetch_add(1, std::memory_order_relaxed);
    return block;
}

namespace bench {

long allocations() noexcept {
    return count.load(std::memory_order_relaxed);
}

}  // namespace bench
