// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tool {

/// Returns the bytes in base64 (RFC 4648), in one line, with padding.
std::string to_base64(std::string_view bytes);
/// Returns the bytes that such a text stands for; std::nullopt if it is malformed.
std::optional<std::string> from_base64(std::string_view text);
/// Returns the bytes as lines of 16, in hexadecimal and as characters, like `hexdump -C`.
std::string hex_dump(std::string_view bytes);

}  // namespace tool
