// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/records.hpp"
#include "support/hex.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {

/// Bytes in an allocation of exactly their size, so that a sanitizer detects reads beyond the end.
class ExactBytes {
public:
    explicit ExactBytes(std::span<const std::byte> bytes)
        : bytes_(new std::byte[bytes.size()]), size_(bytes.size()) {
        std::copy(bytes.begin(), bytes.end(), bytes_.get());
    }
    explicit ExactBytes(std::string_view hex)
        : ExactBytes(std::span<const std::byte>(testing_support::from_hex(hex))) {}

    [[nodiscard]] std::span<const std::byte> span() const { return {bytes_.get(), size_}; }
    operator std::span<const std::byte>() const { return span(); }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_;
};

template <class T>
base::Buffer encoded(const T& record) {
    base::Buffer out;
    Encoder encoder(out);
    encode(encoder, record);
    return out;
}

template <class T>
std::string encoded_hex(const T& record) {
    return testing_support::to_hex(encoded(record).span());
}

/// Gives every field of a record a distinct value.
class Filler {
public:
    template <class T>
    void fill(T& value) {
        ++count_;
        if constexpr (std::same_as<T, bool>) {
            value = true;
        } else if constexpr (std::same_as<T, std::int32_t>) {
            value = -0x01020304 * count_;
        } else if constexpr (std::same_as<T, std::int64_t>) {
            value = -0x0102030405060708 * count_;
        } else if constexpr (std::is_enum_v<T>) {
            value = T{count_};
        } else if constexpr (detail::Text<T> || detail::Data<T>) {
            value = next_text();
        } else if constexpr (std::same_as<T, Secret>) {
            value.value = next_text();
        } else if constexpr (detail::Sequence<T>) {
            auto& list = detail::to_fill(value);
            list.resize(3);
            for (auto& element : list) {
                fill(element);
            }
        } else {
            Describe<T>::fields(value, [this](std::string_view, auto& field) {
                this->fill(field);
            });
        }
    }

private:
    std::string_view next_text() const {
        static constexpr std::array<std::string_view, 5> texts{
            "/a",
            std::string_view("nul\0inside", 10),
            "",
            "\xed\xa0\xbd\xed\xb8\x80",
            "longer text"};
        return texts[static_cast<std::size_t>(count_) % texts.size()];
    }

    int count_ = 0;
};

template <class R>
R sample() {
    R record;
    Filler().fill(record);
    return record;
}

}  // namespace kazoo::codec
