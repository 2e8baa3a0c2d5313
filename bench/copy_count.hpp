// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bench {

/// Returns the number of bytes that memcpy and memmove have copied in all threads since the program
/// started, without calls for fewer bytes than `least_copy`. Only in programs with copy_count.cpp,
/// which replaces both.
[[nodiscard]] std::size_t copied_bytes() noexcept;
inline constexpr std::size_t least_copy = 256;

}  // namespace bench
