// SPDX-License-Identifier: Apache-2.0
#include "security/ip_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace kazoo::base {

namespace {

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t size = 0;  // 4 or 16
};

struct Range {
    Address address;
    std::size_t bits = 0;
};

/// Parses all of `text`; nullopt if it is not a number in this base or is greater than `limit`.
std::optional<unsigned> parse_number(std::string_view text, int base, unsigned limit) noexcept {
    unsigned number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
    if (error != std::errc() || stopped != end || number > limit) return std::nullopt;
    return number;
}

/// Parses a decimal number as Java's Integer.parseInt does, which allows a sign.
std::optional<unsigned> parse_decimal(std::string_view text, unsigned limit) noexcept {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    return parse_number(text, 10, negative ? 0 : limit);
}

std::optional<Address> parse_v4(std::string_view text) noexcept {
    Address address;
    for (; address.size < 4; ++address.size) {
        const std::size_t dot = text.find('.');
        if ((dot == std::string_view::npos) != (address.size == 3)) return std::nullopt;
        const auto byte = parse_decimal(text.substr(0, dot), 255);
        if (!byte) return std::nullopt;
        address.bytes[address.size] = static_cast<std::uint8_t>(*byte);
        text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
    }
    return address;
}

/// Appends one group between colons: two bytes, or four if the last group is an IPv4 address.
bool append_group(Address& address, std::string_view group, bool last) noexcept {
    if (last && group.find('.') != std::string_view::npos) {
        const auto v4 = parse_v4(group);
        if (!v4 || address.size > 12) return false;
        std::copy_n(v4->bytes.begin(), 4, address.bytes.begin() + address.size);
        address.size += 4;
        return true;
    }
    const auto number = parse_number(group, 16, 0xffff);
    if (!number || group.size() > 4 || address.size > 14) return false;
    address.bytes[address.size++] = static_cast<std::uint8_t>(*number >> 8U);
    address.bytes[address.size++] = static_cast<std::uint8_t>(*number & 0xffU);
    return true;
}

std::optional<Address> parse_v6(std::string_view text) noexcept {
    text = text.substr(0, text.find('%'));  // ignores the zone id
    Address address;
    std::optional<std::size_t> gap;  // offset of "::" in the address
    if (text.starts_with("::")) {
        gap = 0;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const bool last = colon == std::string_view::npos;
        if (!append_group(address, text.substr(0, colon), last)) return std::nullopt;
        if (last) break;
        text.remove_prefix(colon + 1);
        if (text.empty()) return std::nullopt;
        if (text.front() == ':') {
            if (gap) return std::nullopt;
            gap = address.size;
            text.remove_prefix(1);
        }
    }
    if (gap.has_value() == (address.size == 16)) return std::nullopt;
    if (gap) {
        const auto begin = address.bytes.begin();
        std::rotate(begin + *gap, begin + address.size, address.bytes.end());
        address.size = 16;
    }
    return address;
}

Address without_mapping(const Address& address) noexcept {
    constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.size != 16 || !std::equal(prefix.begin(), prefix.end(), address.bytes.begin())) {
        return address;
    }
    Address v4;
    v4.size = 4;
    std::copy_n(address.bytes.begin() + prefix.size(), 4, v4.bytes.begin());
    return v4;
}

std::optional<Address> parse_address(std::string_view text) noexcept {
    return text.find(':') == std::string_view::npos ? parse_v4(text) : parse_v6(text);
}

std::optional<Range> parse_range(std::string_view text) noexcept {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    // ZooKeeper rejects IPv4-mapped addresses in ACLs, because Java converts them to IPv4.
    if (!address || without_mapping(*address).size != address->size) return std::nullopt;
    Range range{*address, address->size * 8};
    if (slash != std::string_view::npos) {
        const auto bits = parse_decimal(text.substr(slash + 1), static_cast<unsigned>(range.bits));
        if (!bits) return std::nullopt;
        range.bits = *bits;
    }
    return range;
}

}  // namespace

bool is_ip_range(std::string_view range) noexcept {
    return parse_range(range).has_value();
}

bool ip_in_range(std::string_view address, std::string_view range) noexcept {
    const auto inside = parse_range(range);
    const auto parsed = parse_address(address);
    if (!inside || !parsed) return false;
    const Address requested = without_mapping(*parsed);
    if (requested.size != inside->address.size) return false;
    const std::size_t whole = inside->bits / 8;
    if (!std::equal(
            requested.bytes.begin(), requested.bytes.begin() + whole, inside->address.bytes.begin()
        )) {
        return false;
    }
    const std::size_t rest = inside->bits % 8;
    if (rest == 0) return true;
    const unsigned difference = requested.bytes[whole] ^ unsigned { inside->address.bytes[whole] };
    return difference >> (8 - rest) == 0;
}

}  // namespace kazoo::base
