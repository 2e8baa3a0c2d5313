// SPDX-License-Identifier: Apache-2.0
#include "recipe/counter/counter_codec.hpp"

#include "recipe/counter/number_text.hpp"

#include <kazoo/exceptions.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace kazoo::detail::recipe {
namespace {

[[noreturn]] void throw_malformed(
    const char* operation, const std::string& path, std::string detail
) {
    throw_error(
        Error(ClientErrc::malformed_data, Outcome::not_applied, operation, path, std::move(detail))
    );
}

std::size_t size_of(CounterFormat format) noexcept {
    return format == CounterFormat::int32_be ? 4 : 8;
}

std::string big_endian(std::uint64_t number, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = size; i > 0; --i, number >>= 8) {
        bytes[i - 1] = static_cast<char>(number & 0xFF);
    }
    return bytes;
}

std::int64_t from_big_endian(std::string_view bytes) noexcept {
    std::uint64_t number = 0;
    for (const char byte : bytes) {
        number = number << 8 | static_cast<unsigned char>(byte);
    }
    if (bytes.size() == 4) {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(number));
    }
    return static_cast<std::int64_t>(number);
}

/// The data as they may be shown to people; Error escapes control characters.
std::string shown(std::string_view data) {
    constexpr std::size_t most = 40;
    return "\"" + std::string(data.substr(0, most)) + (data.size() > most ? "..." : "") + "\"";
}

template <class Number>
Number decode_text(std::string_view data, const char* operation, const std::string& path) {
    Number number{};
    switch (read_number(data, number)) {
        case NumberFault::none:
            break;
        case NumberFault::syntax:
            throw_malformed(
                operation,
                path,
                shown(data) + " is not " +
                    (std::is_integral_v<Number> ? "an integer" : "a number") + " as text"
            );
        case NumberFault::range:
            throw_malformed(operation, path, shown(data) + " has more than 64 bits");
    }
    return number;
}

}  // namespace

template <class Number>
bool CounterCodec<Number>::is_possible() const noexcept {
    return std::is_integral_v<Number> || format == CounterFormat::text;
}

template <class Number>
Number CounterCodec<Number>::decode(
    std::string_view data, const char* operation, const std::string& path
) const {
    if (data.empty()) {
        return default_value;
    }
    if constexpr (std::is_integral_v<Number>) {
        if (format != CounterFormat::text) {
            if (data.size() != size_of(format)) {
                throw_malformed(
                    operation,
                    path,
                    "there are " + std::to_string(data.size()) + " bytes instead of " +
                        std::to_string(size_of(format))
                );
            }
            return from_big_endian(data);
        }
    }
    return decode_text<Number>(data, operation, path);
}

template <class Number>
std::optional<std::string> CounterCodec<Number>::encode(Number number) const {
    if constexpr (std::is_integral_v<Number>) {
        using Int32 = std::numeric_limits<std::int32_t>;
        if (format == CounterFormat::int32_be && (number < Int32::min() || number > Int32::max())) {
            return std::nullopt;
        }
        if (format != CounterFormat::text) {
            return big_endian(static_cast<std::uint64_t>(number), size_of(format));
        }
    } else if (!std::isfinite(number)) {
        return std::nullopt;
    }
    return python_text(number);
}

template <class Number>
std::string CounterCodec<Number>::initial() const {
    return format == CounterFormat::int32_be ? encode(default_value).value_or("") : "";
}

template struct CounterCodec<std::int64_t>;
template struct CounterCodec<double>;

}  // namespace kazoo::detail::recipe
