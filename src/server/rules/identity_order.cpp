// SPDX-License-Identifier: Apache-2.0
#include "server/rules/identity_order.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace kazoo::server {

namespace {

/// Removes the first character from a non-empty UTF-8 text and returns it; U+FFFD for an invalid
/// byte.
std::uint32_t take_character(std::string_view& text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    std::uint32_t character = length <= 1 ? lead : lead & (0x7FU >> length);
    bool good = length != 0 && length <= text.size();
    for (std::size_t at = 1; good && at < length; ++at) {
        good = (byte(at) & 0xC0U) == 0x80U;
        character = character << 6 | (byte(at) & 0x3FU);
    }
    text.remove_prefix(good ? length : 1);
    return good ? character : 0xFFFD;
}

/// java.lang.String.hashCode, which is defined on UTF-16 code units.
std::uint32_t hash_of(std::string_view text) noexcept {
    std::uint32_t hash = 0;
    while (!text.empty()) {
        std::uint32_t character = take_character(text);
        if (character >= 0x1'0000) {
            character -= 0x1'0000;
            hash = 31 * hash + (0xD800U | character >> 10);
            character = 0xDC00U | (character & 0x3FFU);
        }
        hash = 31 * hash + character;
    }
    return hash;
}

/// The hash code of Apache's Id record, spread as java.util.concurrent.ConcurrentHashMap does.
std::uint32_t hash_of(const Id& id) noexcept {
    std::uint32_t hash = 17;
    hash = 37 * hash + hash_of(id.scheme);
    hash = 37 * hash + hash_of(id.id);
    return (hash ^ (hash >> 16)) & 0x7fff'ffff;
}

/// The table size of that map, which doubles when it is three quarters full.
std::size_t table_size(std::size_t count) noexcept {
    std::size_t size = 16;
    while (count >= size / 4 * 3) {
        size *= 2;
    }
    return size;
}

}  // namespace

std::vector<const Id*> in_apache_order(const std::vector<Id>& identities) {
    const std::size_t size = table_size(identities.size());
    std::vector<std::pair<std::size_t, const Id*>> places;
    places.reserve(identities.size());
    for (const Id& id : identities) {
        places.emplace_back(hash_of(id) & (size - 1), &id);
    }
    // Within a bucket the map keeps the order of insertion.
    std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    std::vector<const Id*> ordered;
    ordered.reserve(places.size());
    for (const auto& place : places) {
        ordered.push_back(place.second);
    }
    return ordered;
}

}  // namespace kazoo::server
