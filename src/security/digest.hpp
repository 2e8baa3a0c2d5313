// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kazoo::base {

/// Returns the Base64 form of the SHA-1 of `text`, which ZooKeeper's digest scheme stores in place
/// of "user:password". Throws std::runtime_error if OpenSSL is configured without SHA-1.
[[nodiscard]] std::string base64_sha1(std::string_view text);

/// Initialises OpenSSL now; call it before starting a thread that will compute digests. OpenSSL
/// cleans up at exit before the destructors of all static objects that are older than its first
/// use. A thread that such an object owns, and that has used OpenSSL, would then leak memory.
void prepare_digests() noexcept;

}  // namespace kazoo::base
