#pragma once

#include <string>
#include <string_view>

namespace kazoo::base {

/// What ZooKeeper's digest scheme makes of "user:password". Throws std::runtime_error if the
/// machine's OpenSSL is configured to offer no SHA-1.
[[nodiscard]] std::string base64_sha1(std::string_view text);

/// Has OpenSSL set itself up now. It cleans up at exit before every static object that was made
/// earlier than its first use, and a thread of such an object that has used it then leaks: so
/// whoever starts a thread that will make digests calls this first.
void prepare_digests() noexcept;

}  // namespace kazoo::base
