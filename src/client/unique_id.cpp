// SPDX-License-Identifier: Apache-2.0
#include "client/unique_id.hpp"

#include "driver/environment_source.hpp"

#include <kazoo/detail/unique_id.hpp>

#include <algorithm>

namespace kazoo::detail {

std::string client::uuid_text(std::array<std::uint64_t, 2> random) {
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

std::string unique_uuid(Handler& handler) {
    return client::uuid_text({driver::random_seed(&handler), driver::random_seed(&handler)});
}

std::string unique_hex(Handler& handler) {
    auto text = unique_uuid(handler);
    text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
    return text;
}

}  // namespace kazoo::detail
