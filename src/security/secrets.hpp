// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kazoo::base {

using Md5 = std::array<std::byte, 16>;

/// Returns the MD5 of `text`, which SASL's mechanism DIGEST-MD5 needs, or nullopt if OpenSSL does
/// not provide it, as in FIPS mode.
[[nodiscard]] std::optional<Md5> md5(std::string_view text) noexcept;

/// Returns the bytes in lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);

/// Returns the bytes in Base64, with padding. At most 64 bytes.
[[nodiscard]] std::string to_base64(std::span<const std::byte> bytes);

/// Fills `bytes` with random bytes that cannot be predicted. Returns false if OpenSSL has none.
[[nodiscard]] bool fill_with_random(std::span<std::byte> bytes) noexcept;

/// Compares two texts in a time that depends on their lengths only.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b) noexcept;

/// Overwrites a secret in memory that is about to be freed; compilers do not remove the write.
void cleanse(std::span<std::byte> bytes) noexcept;
/// Overwrites the text and clears it.
void cleanse(std::string& text) noexcept;

}  // namespace kazoo::base
