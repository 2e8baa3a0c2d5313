// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kazoo::detail::client {

inline constexpr std::size_t uuid_size = 36;

/// Returns random bits as the text of a uuid of version 4: 8-4-4-4-12 digits, in lower case.
[[nodiscard]] std::string uuid_text(std::array<std::uint64_t, 2> random);

}  // namespace kazoo::detail::client
