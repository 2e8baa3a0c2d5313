// SPDX-License-Identifier: Apache-2.0
#include "base/recycled_blocks.hpp"

#include "base/per_thread.hpp"

#include <atomic>
#include <new>
#include <utility>

#if defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define KAZOO_KEEPS_NO_BLOCKS
#    endif
#elif defined(__SANITIZE_ADDRESS__)
#    define KAZOO_KEEPS_NO_BLOCKS
#endif

namespace kazoo::base::recycled_blocks {
namespace {

#if defined(KAZOO_KEEPS_NO_BLOCKS)
constexpr bool may_keep = false;
#else
constexpr bool may_keep = true;
#endif

constinit std::atomic<bool> keeps{may_keep};

constexpr std::size_t batch_size = 32;
constexpr std::size_t most_batches = 64;

/// A free block. The first of a batch links the next batch.
struct Block {
    Block* next;
    Block* next_batch;
};
static_assert(sizeof(Block) <= block_size);

void free_all(Block* first) noexcept {
    while (first != nullptr) {
        ::operator delete(std::exchange(first, first->next));
    }
}

/// The batches that no thread holds. Trivially destructible: operations may be destroyed after it,
/// at the end of the program.
class Store {
public:
    /// Returns false, with nothing taken, if the store is full or in use.
    bool put(Block* batch) noexcept {
        const Use use(*this);
        if (!use || batches_ == most_batches) {
            return false;
        }
        batch->next_batch = std::exchange(first_, batch);
        ++batches_;
        return true;
    }
    /// Returns null if the store is empty or in use.
    [[nodiscard]] Block* take() noexcept {
        const Use use(*this);
        if (!use || first_ == nullptr) {
            return nullptr;
        }
        --batches_;
        return std::exchange(first_, first_->next_batch);
    }

private:
    /// Marks the store as in use, if it is not.
    class Use {
    public:
        explicit Use(Store& store) noexcept
            : store_(store), taken_(!store.in_use_.exchange(true, std::memory_order_acquire)) {}
        ~Use() {
            if (taken_) {
                store_.in_use_.store(false, std::memory_order_release);
            }
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        explicit operator bool() const noexcept { return taken_; }

    private:
        Store& store_;
        const bool taken_;
    };

    std::atomic<bool> in_use_{false};
    Block* first_ = nullptr;  // used by the thread that has set in_use_
    std::size_t batches_ = 0;
};

constinit Store store;

/// The blocks that one thread keeps: up to two batches, so that a thread which alternates between
/// creating and destroying operations rarely uses the store.
class Cache {
public:
    Cache() noexcept = default;
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;
    ~Cache() {
        free_all(current_);
        free_all(full_);
    }
    [[nodiscard]] void* take() noexcept {
        if (current_ == nullptr) {
            current_ = full_ != nullptr ? std::exchange(full_, nullptr) : store.take();
            size_ = current_ != nullptr ? batch_size : 0;
        }
        if (current_ == nullptr) {
            return nullptr;
        }
        --size_;
        return std::exchange(current_, current_->next);
    }
    /// Returns false, with nothing kept, if there is no room.
    bool put(void* memory) noexcept {
        if (size_ == batch_size) {
            if (full_ != nullptr && !store.put(full_)) {
                return false;
            }
            full_ = std::exchange(current_, nullptr);
            size_ = 0;
        }
        current_ = ::new (memory) Block{current_, nullptr};
        ++size_;
        return true;
    }

private:
    Block* current_ = nullptr;  // size_ blocks
    Block* full_ = nullptr;     // a batch, or null
    std::size_t size_ = 0;
};

Cache* cache() noexcept {
    return PerThread<Cache>::find();
}

}  // namespace

void* allocate(std::size_t size) {
    if (size > block_size) {
        return ::operator new(size);
    }
    auto* const kept = keeps.load(std::memory_order_relaxed) ? cache() : nullptr;
    void* const block = kept != nullptr ? kept->take() : nullptr;
    return block != nullptr ? block : ::operator new(block_size);
}

void deallocate(void* memory, std::size_t size) noexcept {
    const bool keep = size <= block_size && keeps.load(std::memory_order_relaxed);
    auto* const keeper = keep ? cache() : nullptr;
    if (keeper == nullptr || !keeper->put(memory)) {
        ::operator delete(memory);
    }
}

void keep_freed(bool keep) noexcept {
    keeps.store(keep && may_keep);
    auto* const kept = cache();
    while (void* const block = kept != nullptr ? kept->take() : nullptr) {
        ::operator delete(block);
    }
}

}  // namespace kazoo::base::recycled_blocks
