// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kazoo::codec {

/// Reads jute primitives from bytes that it does not own, and never reads past their end.
///
/// The first read that fails, for want of bytes or because of an invalid length, fails the decoder
/// permanently: that read and all later ones return zero, null or false, and `ok()` returns false.
/// A record can therefore be read completely and checked once. Throws nothing but std::bad_alloc,
/// and that only where a string is copied.
class Decoder {
public:
    explicit Decoder(std::span<const std::byte> input) noexcept
        : at_(input.data()), end_(input.data() + input.size()) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }

    /// Returns the number of bytes that have not been read; 0 after a failure.
    [[nodiscard]] std::size_t remaining() const noexcept {
        return static_cast<std::size_t>(end_ - at_);
    }

    /// Returns whether any vector so far was null. A null vector is read as an empty one, but a
    /// server has to refuse it in some requests.
    [[nodiscard]] bool saw_null() const noexcept { return saw_null_; }

    /// What a null string is decoded to, after `mark_null_text`, where the target is a std::string,
    /// which cannot be null. It is not valid UTF-8, and so differs from every valid string.
    static constexpr std::string_view null_text = "\xff(null)";
    void mark_null_text() noexcept { marks_null_text_ = true; }

    /// From now on a negative count other than -1 is read as an empty vector, as Apache ZooKeeper
    /// reads it. Otherwise it is malformed.
    void accept_negative_counts() noexcept { accepts_negative_counts_ = true; }

    /// Limits the memory that the lists read from now on may take in total, because a few bytes on
    /// the wire can become many in memory. A list that exceeds it fails like a malformed one,
    /// before its memory is allocated, and `too_large` returns true.
    void limit_memory(std::size_t bytes) noexcept { memory_ = bytes; }
    [[nodiscard]] bool too_large() const noexcept { return too_large_; }
    /// Deducts a list from the limit. Fails the decoder and returns false if that exceeds it.
    [[nodiscard]] bool claim_memory(std::size_t elements, std::size_t element_size) noexcept {
        if (elements > memory_ / element_size) {
            too_large_ = true;
            fail();
            return false;
        }
        memory_ -= elements * element_size;
        return true;
    }

    /// Fails the decoder, for a value that is well-formed but not acceptable.
    void fail() noexcept {
        ok_ = false;
        at_ = end_;
    }

    /// Any byte but zero is true.
    [[nodiscard]] bool boolean() noexcept {
        const std::byte* bytes = take(1);
        return bytes != nullptr && *bytes != std::byte{0};
    }

    [[nodiscard]] std::int32_t i32() noexcept {
        const std::byte* bytes = take(4);
        return bytes == nullptr ? 0 : static_cast<std::int32_t>(base::load_be32(bytes));
    }

    [[nodiscard]] std::int64_t i64() noexcept {
        const std::byte* bytes = take(8);
        return bytes == nullptr ? 0 : static_cast<std::int64_t>(base::load_be64(bytes));
    }

    /// Returns nullopt for null, and after a failure. The view points into the input.
    [[nodiscard]] std::optional<std::string_view> buffer() noexcept {
        const std::int32_t length = i32();
        if (!ok_ || length == -1) {
            return std::nullopt;
        }
        if (length < 0) {
            fail();
            return std::nullopt;
        }
        const auto size = static_cast<std::size_t>(length);
        const std::byte* bytes = take(size);
        if (bytes == nullptr) {
            return std::nullopt;
        }
        return std::string_view(reinterpret_cast<const char*>(bytes), size);
    }

    /// Returns a view with a null data() for a null string; that of an empty string is not null.
    [[nodiscard]] std::string_view ustring() noexcept {
        return buffer().value_or(std::string_view());
    }

    /// Returns a copy. For a null string it is empty or, after `mark_null_text`, `null_text`.
    [[nodiscard]] std::string text() {
        const auto bytes = buffer();
        return std::string(bytes.value_or(marks_null_text_ && ok_ ? null_text : ""));
    }

    /// Returns the number of elements of a vector whose elements take at least `min_element_size`
    /// bytes each. A count that the rest of the input cannot hold fails here, before the caller
    /// allocates memory for it.
    [[nodiscard]] std::size_t count(std::size_t min_element_size) noexcept {
        assert(min_element_size > 0);
        const std::int32_t n = i32();
        if (n == -1) {
            saw_null_ = true;
            return 0;
        }
        if (n < 0 && accepts_negative_counts_) {
            return 0;
        }
        if (n < 0 || static_cast<std::size_t>(n) > remaining() / min_element_size) {
            fail();
            return 0;
        }
        return static_cast<std::size_t>(n);
    }

    /// Returns the next `n` bytes, or null if there are fewer.
    [[nodiscard]] const std::byte* take(std::size_t n) noexcept {
        if (!ok_ || n > remaining()) {
            fail();
            return nullptr;
        }
        const std::byte* start = at_;
        at_ += n;
        return start;
    }

private:
    const std::byte* at_;  // next byte to read; at the end after a failure
    const std::byte* end_;
    bool ok_ = true;
    bool saw_null_ = false;
    bool marks_null_text_ = false;
    bool accepts_negative_counts_ = false;
    bool too_large_ = false;
    std::size_t memory_ = std::numeric_limits<std::size_t>::max();  // that lists may still take
};

}  // namespace kazoo::codec
