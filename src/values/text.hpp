// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kazoo::base {

// Makes text from users and servers fit for one line of a message or a log: control characters, NUL
// and DEL become \xNN, and "..." replaces what exceeds `limit` bytes. Bytes from 0x80 on are kept.
std::string printable(std::string_view text, std::size_t limit = 200);

// Returns printable() between single quotes.
std::string quoted(std::string_view text, std::size_t limit = 200);

}  // namespace kazoo::base
