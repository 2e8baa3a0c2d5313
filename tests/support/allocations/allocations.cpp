// SPDX-License-Identifier: Apache-2.0
// Replaces the program's operator new and delete; the forms for arrays, sizes and nothrow call
// these. Also replaces aligned_alloc, with which Asio allocates; it can fail, but is not counted.
#include "support/allocations/allocations.hpp"

#include "base/recycled_blocks.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

namespace {

std::atomic<long> live{0};
std::atomic<long> all{0};

std::atomic<bool> short_of_memory{false};
std::atomic<long> asked{0};  // allocations since the Shortage was made
std::atomic<long> first_to_fail{0};
std::atomic<long> last_to_fail{0};
std::atomic<bool> met_any{false};
thread_local int spared = 0;

bool fails() noexcept {
    if (!short_of_memory.load(std::memory_order_relaxed) || spared > 0) {
        return false;
    }
    const auto number = asked.fetch_add(1, std::memory_order_relaxed) + 1;
    if (number < first_to_fail.load(std::memory_order_relaxed) ||
        number > last_to_fail.load(std::memory_order_relaxed)) {
        return false;
    }
    met_any.store(true);
    return true;
}

// Operations are to be counted and to fail like everything else.
[[maybe_unused]] const bool counts_each_operation =
    (kazoo::base::recycled_blocks::keep_freed(false), true);

std::atomic<bool> looks_for_secret{false};
std::mutex secret_mutex;
std::string_view secret;      // guarded by secret_mutex
long blocks_with_secret = 0;  // guarded by secret_mutex

void look_for_secret(const void* block, std::size_t size) noexcept {
    const std::lock_guard lock(secret_mutex);
    if (!secret.empty() && memmem(block, size, secret.data(), secret.size()) != nullptr) {
        ++blocks_with_secret;
    }
}

}  // namespace

void* operator new(std::size_t size) {
    if (fails()) throw std::bad_alloc();
    void* const block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    if (looks_for_secret.load(std::memory_order_relaxed)) {
        std::memset(block, 0, malloc_usable_size(block));  // what another block has left there
    }
    live.fetch_add(1, std::memory_order_relaxed);
    all.fetch_add(1, std::memory_order_relaxed);
    return block;
}

void operator delete(void* block) noexcept {
    if (block == nullptr) return;
    live.fetch_sub(1, std::memory_order_relaxed);
    if (looks_for_secret.load(std::memory_order_relaxed)) {
        look_for_secret(block, malloc_usable_size(block));
    }
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    operator delete(block);
}

// The remaining forms call these two by default, but not where a sanitizer replaces them.
void* operator new[](std::size_t size) {
    return operator new(size);
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return operator new(size, std::nothrow);
}

void operator delete[](void* block) noexcept {
    operator delete(block);
}

void operator delete[](void* block, std::size_t) noexcept {
    operator delete(block);
}

void operator delete(void* block, const std::nothrow_t&) noexcept {
    operator delete(block);
}

void operator delete[](void* block, const std::nothrow_t&) noexcept {
    operator delete(block);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
    void* block = nullptr;
    if (fails() || posix_memalign(&block, std::max(alignment, sizeof(void*)), size) != 0) {
        return nullptr;
    }
    return block;
}

namespace kazoo::testing_support {

long live_allocations() noexcept {
    return live.load(std::memory_order_relaxed);
}

long all_allocations() noexcept {
    return all.load(std::memory_order_relaxed);
}

Shortage::Shortage(long nth, long length) noexcept {
    asked = 0;
    met_any = false;
    first_to_fail = nth;
    last_to_fail = nth + length - 1;
    short_of_memory = true;
}

Shortage::~Shortage() {
    short_of_memory = false;
}

bool Shortage::met() const noexcept {
    return met_any.load();
}

Spared::Spared() noexcept {
    ++spared;
}

Spared::~Spared() {
    --spared;
}

Exposed::Exposed() noexcept : spared_(spared) {
    spared = 0;
}

Exposed::~Exposed() {
    spared = spared_;
}

FreedSecret::FreedSecret(std::string_view text) noexcept {
    const std::lock_guard lock(secret_mutex);
    secret = text;
    blocks_with_secret = 0;
    looks_for_secret = true;
}

FreedSecret::~FreedSecret() {
    const std::lock_guard lock(secret_mutex);
    looks_for_secret = false;
    secret = {};
}

long FreedSecret::found() const noexcept {
    const std::lock_guard lock(secret_mutex);
    return blocks_with_secret;
}

}  // namespace kazoo::testing_support
