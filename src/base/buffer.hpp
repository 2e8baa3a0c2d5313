// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace kazoo::base {

// The integers of the wire: big-endian, at addresses of any alignment.

/// Writes `value` at `out[0..3]`, most significant byte first.
inline void store_be32(std::byte* out, std::uint32_t value) noexcept {
    out[0] = static_cast<std::byte>(value >> 24);
    out[1] = static_cast<std::byte>(value >> 16);
    out[2] = static_cast<std::byte>(value >> 8);
    out[3] = static_cast<std::byte>(value);
}

inline void store_be64(std::byte* out, std::uint64_t value) noexcept {
    store_be32(out, static_cast<std::uint32_t>(value >> 32));
    store_be32(out + 4, static_cast<std::uint32_t>(value));
}

inline std::uint32_t load_be32(const std::byte* in) noexcept {
    return std::to_integer<std::uint32_t>(in[0]) << 24 |
           std::to_integer<std::uint32_t>(in[1]) << 16 |
           std::to_integer<std::uint32_t>(in[2]) << 8 | std::to_integer<std::uint32_t>(in[3]);
}

inline std::uint64_t load_be64(const std::byte* in) noexcept {
    return std::uint64_t{load_be32(in)} << 32 | load_be32(in + 4);
}

/// A growable array of bytes. Unlike a std::vector it does not zero the bytes that grow() appends.
/// Every call that grows it may move the bytes and invalidates pointers and spans into it. Growing
/// throws nothing but std::bad_alloc, and the buffer is then unchanged. Not thread-safe.
///
/// A buffer that is marked as secret overwrites its bytes where it would leave them behind: when
/// they move, are removed, or are freed. The mark goes with the bytes (`swap`) and ends with them.
class Buffer {
public:
    Buffer() noexcept = default;
    ~Buffer() { clear(); }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer taken(std::move(other));
        swap(taken);
        return *this;
    }

    /// The bytes do not move: pointers into one buffer now point into the other.
    void swap(Buffer& other) noexcept {
        std::swap(storage_, other.storage_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        std::swap(secret_, other.secret_);
    }
    friend void swap(Buffer& a, Buffer& b) noexcept { a.swap(b); }

    [[nodiscard]] std::byte* data() noexcept { return storage_.get(); }
    [[nodiscard]] const std::byte* data() const noexcept { return storage_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::span<const std::byte> span() const noexcept { return {data(), size_}; }

    /// Appends `n` uninitialised bytes and returns where they start.
    std::byte* grow(std::size_t n) {
        if (n > capacity_ - size_) {
            reallocate(n > most ? n : size_ + n);  // the sum must not overflow
        }
        std::byte* start = storage_.get() + size_;
        size_ += n;
        return start;
    }

    /// `bytes` must not point into this buffer.
    void append(const void* bytes, std::size_t n) {
        if (n != 0) {
            std::memcpy(grow(n), bytes, n);
        }
    }

    /// Marks the bytes as secret, until there are none: call it before a secret is appended.
    void mark_secret() noexcept { secret_ = true; }
    [[nodiscard]] bool secret() const noexcept { return secret_; }

    /// Ensures a capacity of `total` bytes, so that growing up to that size does not move them.
    void reserve(std::size_t total) {
        if (total > capacity_) {
            reallocate(total);
        }
    }

    /// Removes `n` bytes at `offset` and closes the gap. The range must lie inside.
    void erase(std::size_t offset, std::size_t n) noexcept {
        assert(offset <= size_ && n <= size_ - offset);
        const std::size_t tail = size_ - offset - n;
        if (n != 0 && tail != 0) {
            std::memmove(storage_.get() + offset, storage_.get() + offset + n, tail);
        }
        if (secret_) {
            overwrite(storage_.get() + size_ - n, n);
        }
        size_ -= n;
    }

    /// Overwrites the four bytes at `offset`, which must lie inside.
    void patch_i32(std::size_t offset, std::int32_t value) noexcept {
        assert(size_ >= 4 && offset <= size_ - 4);
        store_be32(storage_.get() + offset, static_cast<std::uint32_t>(value));
    }

    /// Removes all bytes and keeps the memory.
    void clear() noexcept {
        if (secret_) {
            overwrite(storage_.get(), size_);
            secret_ = false;
        }
        size_ = 0;
    }

    /// Frees the memory if the buffer is empty and its capacity exceeds `limit`: the largest
    /// message so far must not determine the memory use of a connection for the rest of its life.
    void release_if_larger_than(std::size_t limit) noexcept {
        if (size_ == 0 && capacity_ > limit) {
            storage_.reset();
            capacity_ = 0;
        }
    }

private:
    static constexpr std::size_t initial_capacity = 256;
    static constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 2;

    /// At least doubles the capacity, so that appending takes amortised constant time per byte. The
    /// allocation precedes every change, so that a failure leaves the buffer as it was.
    void reallocate(std::size_t total) {
        if (total > most) {
            throw std::bad_alloc();
        }
        const std::size_t wanted = std::max({total, 2 * capacity_, initial_capacity});
        std::unique_ptr<std::byte[]> larger(new std::byte[wanted]);
        if (size_ != 0) {
            std::memcpy(larger.get(), storage_.get(), size_);
        }
        if (secret_) {
            overwrite(storage_.get(), size_);
        }
        storage_ = std::move(larger);
        capacity_ = wanted;
    }

    std::unique_ptr<std::byte[]> storage_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    bool secret_ = false;
};

}  // namespace kazoo::base
