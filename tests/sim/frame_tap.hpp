// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kazoo::sim {

/// Splits a byte stream into frames and passes on the beginning of each.
class FrameTap {
public:
    /// Bytes of a frame, after its length, that are passed on.
    static constexpr std::size_t head = 16;

    /// Calls `on_frame(first bytes, size of the whole frame)`.
    template <class OnFrame>
    void feed(std::span<const std::byte> bytes, OnFrame&& on_frame) {
        while (!bytes.empty()) {
            std::size_t taken = 1;
            if (have_ < 4) {
                start_[have_++] = bytes.front();
                size_ = have_ == 4 ? base::load_be32(start_.data()) : 0;
                left_ = size_;
            } else {
                taken = std::min<std::size_t>(left_, bytes.size());
                for (std::size_t i = 0; i < taken && have_ < start_.size(); ++i) {
                    start_[have_++] = bytes[i];
                }
                left_ -= taken;
            }
            bytes = bytes.subspan(taken);
            if (have_ >= 4 && left_ == 0) {
                on_frame(std::span<const std::byte>(start_.data() + 4, have_ - 4), size_);
                have_ = 0;
            }
        }
    }

    /// Reads an integer from the beginning of a frame.
    [[nodiscard]] static std::int32_t int_at(std::span<const std::byte> frame, std::size_t at) {
        return frame.size() < at + 4
                   ? 0
                   : static_cast<std::int32_t>(base::load_be32(frame.data() + at));
    }
    /// The session id in a handshake reply; 0 if the frame is none or refuses the session.
    [[nodiscard]] static std::int64_t session_of(
        std::span<const std::byte> frame, std::size_t size
    ) {
        const bool is_one = (size == 36 || size == 37) && int_at(frame, 0) == 0;
        return is_one ? static_cast<std::int64_t>(base::load_be64(frame.data() + 8)) : 0;
    }

private:
    std::array<std::byte, 4 + head> start_{};
    std::size_t have_ = 0;
    std::size_t size_ = 0;
    std::size_t left_ = 0;
};

}  // namespace kazoo::sim
