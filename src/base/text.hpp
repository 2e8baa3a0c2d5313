#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kazoo::base {

// Text from users and servers made fit for one line of a message or a log: control characters and
// NUL become \xNN, and what exceeds `limit` bytes becomes "...".
std::string printable(std::string_view text, std::size_t limit = 200);

// printable() between single quotes.
std::string quoted(std::string_view text, std::size_t limit = 200);

}  // namespace kazoo::base
