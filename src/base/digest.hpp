#pragma once

#include <string>
#include <string_view>

namespace kazoo::base {

/// What ZooKeeper's digest scheme makes of "user:password". Throws std::runtime_error if the
/// machine's OpenSSL is configured to offer no SHA-1.
[[nodiscard]] std::string base64_sha1(std::string_view text);

}  // namespace kazoo::base
