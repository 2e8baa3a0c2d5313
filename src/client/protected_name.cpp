// SPDX-License-Identifier: Apache-2.0
#include "client/protected_name.hpp"

#include <cassert>
#include <cstddef>

namespace kazoo::detail::client {
namespace {

constexpr std::string_view beginning = "_c_";
constexpr std::size_t uuid_size = 36;

/// Writes random bits as the text of a uuid of version 4: 8-4-4-4-12 digits.
std::string uuid_text(std::array<std::uint64_t, 2> random) {
    constexpr std::uint64_t version_mask = 0xf000;
    constexpr std::uint64_t version_4 = 0x4000;
    constexpr std::uint64_t variant_mask = std::uint64_t{3} << 62;
    constexpr std::uint64_t variant = std::uint64_t{2} << 62;
    random[0] = (random[0] & ~version_mask) | version_4;
    random[1] = (random[1] & ~variant_mask) | variant;
    std::string text;
    text.reserve(uuid_size);
    for (const auto part : random) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            text += "0123456789abcdef"[(part >> shift) & 0xf];
            const auto size = text.size();
            if (size == 8 || size == 13 || size == 18 || size == 23) {
                text += '-';
            }
        }
    }
    return text;
}

}  // namespace

ProtectedName::ProtectedName(std::string_view path, std::array<std::uint64_t, 2> random) {
    assert(path.starts_with('/'));
    const auto slash = path.rfind('/');
    parent_ = slash == 0 ? "/" : path.substr(0, slash);
    path_ = path.substr(0, slash + 1);
    path_ += beginning;
    path_ += uuid_text(random);
    path_ += '-';
    path_ += path.substr(slash + 1);
}

std::string_view ProtectedName::prefix() const noexcept {
    const auto begin = parent_.size() == 1 ? 1 : parent_.size() + 1;
    return std::string_view(path_).substr(begin, beginning.size() + uuid_size + 1);
}

}  // namespace kazoo::detail::client
