#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace kazoo::server {

/// Builds the text of a four-letter word's answer. Numbers look as Java prints them.
class WordText {
public:
    std::string text;

    WordText& operator<<(std::string_view part) {
        text += part;
        return *this;
    }
    template <typename Number>
    requires std::is_integral_v<Number> WordText& operator<<(Number number) {
        return put(number, 10);
    }
    WordText& hex(std::int64_t number) {
        text += "0x";
        return put(static_cast<std::uint64_t>(number), 16);
    }
    /// A double with up to four digits after the point, given in ten-thousandths.
    WordText& decimal(std::int64_t fine);
    WordText& operator<<(char c) {
        text += c;
        return *this;
    }
    /// As of java.util.Date, in UTC.
    WordText& date(std::int64_t wall_ms);

private:
    template <typename Number>
    WordText& put(Number number, int base) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
        text.append(digits.data(), end.ptr);
        return *this;
    }
    WordText& two_digits(std::int64_t number);
};

}  // namespace kazoo::server
