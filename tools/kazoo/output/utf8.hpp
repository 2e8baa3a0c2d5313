// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tool {

/// Returns the number of bytes of the UTF-8 character at the start of the text; 0 if there is none.
std::size_t character_length(std::string_view text) noexcept;
/// Returns whether the whole text is UTF-8.
bool is_utf8(std::string_view text) noexcept;
/// Returns the text with control characters, but tabs, and what is no UTF-8 as \xNN.
std::string escaped(std::string_view text);

}  // namespace tool
