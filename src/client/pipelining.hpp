// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <algorithm>
#include <cstddef>

namespace kazoo::detail::client {

/// Returns how many requests an operation of many may have under way at a time: not so many that
/// the client could do nothing else.
[[nodiscard]] inline std::size_t most_at_once(const Core& core) noexcept {
    constexpr std::size_t usual = 1000;
    return std::clamp<std::size_t>(core.options().limits().requests / 2, 1, usual);
}

/// How often an operation starts over when other clients interfere with it.
inline constexpr int most_rounds = 16;

}  // namespace kazoo::detail::client
