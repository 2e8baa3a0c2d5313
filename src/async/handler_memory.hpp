// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <new>

namespace kazoo::base {

/// Reserved memory for the Asio handlers that a driver usually has pending, a task and a timer, so
/// that waking it allocates nothing and succeeds when memory is short. Thread-safe, without locks.
class HandlerMemory {
public:
    /// Returns null if all blocks are in use or too small.
    [[nodiscard]] void* take(std::size_t size) noexcept {
        if (size > block_size) {
            return nullptr;
        }
        for (auto& block : blocks_) {
            if (!block.used.exchange(true, std::memory_order_acquire)) {
                return block.bytes;
            }
        }
        return nullptr;
    }
    /// Returns false if the memory is not one of these blocks.
    bool give_back(void* memory) noexcept {
        for (auto& block : blocks_) {
            if (block.bytes == memory) {
                block.used.store(false, std::memory_order_release);
                return true;
            }
        }
        return false;
    }

private:
    static constexpr std::size_t block_size = 320;
    struct Block {
        alignas(std::max_align_t) std::byte bytes[block_size];
        std::atomic<bool> used{false};
    };
    std::array<Block, 4> blocks_;
};

/// Allocates from a HandlerMemory, or from the heap if that has no block left. Handlers in a loop
/// that does not run any more outlive the driver, so each of them keeps the HandlerMemory alive.
template <class T>
class HandlerAllocator {
public:
    using value_type = T;

    explicit HandlerAllocator(std::shared_ptr<HandlerMemory> memory) noexcept
        : memory_(std::move(memory)) {}
    template <class U>
    HandlerAllocator(const HandlerAllocator<U>& other) noexcept : memory_(other.memory()) {}

    [[nodiscard]] T* allocate(std::size_t n) {
        void* const block = memory_->take(n * sizeof(T));
        return static_cast<T*>(block != nullptr ? block : ::operator new(n * sizeof(T)));
    }
    void deallocate(T* p, std::size_t) noexcept {
        if (!memory_->give_back(p)) {
            ::operator delete(p);
        }
    }
    [[nodiscard]] const std::shared_ptr<HandlerMemory>& memory() const noexcept { return memory_; }

    template <class U>
    bool operator==(const HandlerAllocator<U>& other) const noexcept {
        return memory_ == other.memory();
    }

private:
    std::shared_ptr<HandlerMemory> memory_;
};

}  // namespace kazoo::base
