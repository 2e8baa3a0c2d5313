// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace kazoo::codec {

/// Appends jute primitives to a buffer. Lengths on the wire are signed 32-bit integers: a longer
/// value is not written, and turns `ok()` false permanently. The caller then has to remove the
/// bytes appended so far, as FrameWriter does. Throws nothing but std::bad_alloc.
class Encoder {
public:
    explicit Encoder(base::Buffer& out) noexcept : out_(out) {}

    void boolean(bool value) { *out_.grow(1) = static_cast<std::byte>(value ? 1 : 0); }
    void i32(std::int32_t value) {
        base::store_be32(out_.grow(4), static_cast<std::uint32_t>(value));
    }
    void i64(std::int64_t value) {
        base::store_be64(out_.grow(8), static_cast<std::uint64_t>(value));
    }

    /// Writes a view without data as an empty string, never as null: servers dereference strings
    /// without checking them.
    void ustring(std::string_view value) {
        if (count(value.size())) {
            out_.append(value.data(), value.size());
        }
    }

    /// Writes nullopt as null, which the protocol distinguishes from empty.
    void buffer(std::optional<std::string_view> value) {
        if (value) {
            ustring(*value);
        } else {
            i32(-1);
        }
    }

    /// Writes the number of elements or bytes that follow. Returns false if it does not fit.
    bool count(std::size_t n) {
        if (n > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
            ok_ = false;
            return false;
        }
        i32(static_cast<std::int32_t>(n));
        return true;
    }

    [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
    base::Buffer& out_;
    bool ok_ = true;
};

}  // namespace kazoo::codec
