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

/// Reads jute primitives from bytes it does not own. The first read that does not find what it
/// needs fails the decoder for good: that read and all later ones give zero, null or false,
/// and `ok()` says so. So a whole record is read first and checked once.
class Decoder {
public:
    explicit Decoder(std::span<const std::byte> input) noexcept
        : at_(input.data()), end_(input.data() + input.size()) {}

    [[nodiscard]] bool ok() const noexcept { return ok_; }

    /// Bytes not read yet; none after a failure.
    [[nodiscard]] std::size_t remaining() const noexcept {
        return static_cast<std::size_t>(end_ - at_);
    }

    /// Whether any vector so far was null. It reads as empty; a server refuses it in places.
    [[nodiscard]] bool saw_null() const noexcept { return saw_null_; }

    /// What a null string is decoded to after `mark_null_text` where it is decoded into a
    /// `std::string`, which cannot say that it is null. It is no UTF-8.
    static constexpr std::string_view null_text = "\xff(null)";
    void mark_null_text() noexcept { marks_null_text_ = true; }

    /// From now on a negative count other than -1 stands for an empty vector, as it does to
    /// Apache's servers. Without this it is malformed.
    void accept_negative_counts() noexcept { accepts_negative_counts_ = true; }

    /// From now on lists may take so much memory in all. A list that would take more fails like one
    /// that is malformed, before memory is taken, and `too_large` says so: a few bytes on the wire
    /// can be many in memory.
    void limit_memory(std::size_t bytes) noexcept { memory_ = bytes; }
    [[nodiscard]] bool too_large() const noexcept { return too_large_; }
    /// False, and failed, if that is too much.
    [[nodiscard]] bool claim_memory(std::size_t elements, std::size_t element_size) noexcept {
        if (elements > memory_ / element_size) {
            too_large_ = true;
            fail();
            return false;
        }
        memory_ -= elements * element_size;
        return true;
    }

    /// For a value that is well-formed but not acceptable.
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

    /// nullopt when null (and after a failure). The view points into the input.
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

    /// A null string is a view whose data() is nullptr; an empty one has an address.
    [[nodiscard]] std::string_view ustring() noexcept {
        return buffer().value_or(std::string_view());
    }

    /// The same as a copy, which is empty if it is null, or `null_text`.
    [[nodiscard]] std::string text() {
        const auto bytes = buffer();
        return std::string(bytes.value_or(marks_null_text_ && ok_ ? null_text : ""));
    }

    /// The number of elements of a vector, whose smallest encoding is `min_element_size` bytes.
    /// A count that the rest of the input cannot hold fails here, before anyone allocates for it.
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

private:
    const std::byte* take(std::size_t n) noexcept {
        if (!ok_ || n > remaining()) {
            fail();
            return nullptr;
        }
        const std::byte* start = at_;
        at_ += n;
        return start;
    }

    const std::byte* at_;
    const std::byte* end_;
    bool ok_ = true;
    bool saw_null_ = false;
    bool marks_null_text_ = false;
    bool accepts_negative_counts_ = false;
    bool too_large_ = false;
    std::size_t memory_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace kazoo::codec
