// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace kazoo::fuzz {

/// The fuzzer's input, read from the front. After its end, all values are zero or empty, so that
/// every input is valid.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : left_(std::as_bytes(std::span(data, size))) {}

    [[nodiscard]] bool empty() const { return left_.empty(); }

    std::uint8_t byte() {
        const auto taken = view(1);
        return taken.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(taken[0]);
    }
    bool flag() { return (byte() & 1U) != 0; }

    /// From 0 to `limit` - 1; `limit` is at most 256.
    std::size_t below(std::size_t limit) { return byte() % limit; }

    template <class T>
    T integer() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            value = value << 8U | byte();
        }
        return static_cast<T>(value);
    }

    template <class T>
    T pick(std::initializer_list<T> from) {
        return from.begin()[below(from.size())];
    }

    /// Copies `size` bytes, or the rest, into a block of exactly their size, so that a sanitizer
    /// detects access beyond its end or lifetime.
    std::vector<std::byte> bytes(std::size_t size) {
        const auto taken = view(size);
        return {taken.begin(), taken.end()};
    }
    std::vector<std::byte> rest() { return bytes(left_.size()); }

    /// A text preceded by a byte with its length.
    std::string text() { return text(byte()); }
    std::string text(std::size_t size) {
        const auto taken = view(size);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }
    std::string rest_as_text() { return text(left_.size()); }

private:
    std::span<const std::byte> view(std::size_t size) {
        const auto taken = left_.first(std::min(size, left_.size()));
        left_ = left_.subspan(taken.size());
        return taken;
    }

    std::span<const std::byte> left_;
};

}  // namespace kazoo::fuzz
