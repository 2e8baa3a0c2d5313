// Replaces the program's operator new and delete: those for arrays, for sizes and without
// exceptions come down to these two.
#include "support/allocations/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<long> live{0};
std::atomic<long> all{0};
}

void* operator new(std::size_t size) {
    void* const block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    live.fetch_add(1, std::memory_order_relaxed);
    all.fetch_add(1, std::memory_order_relaxed);
    return block;
}

void operator delete(void* block) noexcept {
    if (block == nullptr) return;
    live.fetch_sub(1, std::memory_order_relaxed);
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    operator delete(block);
}

long kazoo::testing_support::live_allocations() noexcept {
    return live.load(std::memory_order_relaxed);
}

long kazoo::testing_support::all_allocations() noexcept {
    return all.load(std::memory_order_relaxed);
}
