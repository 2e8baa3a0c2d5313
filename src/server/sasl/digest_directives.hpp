// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::server {

/// The directives of a client's response in DIGEST-MD5 (RFC 2831, section 2.1.2), without quotes.
/// Absent ones are nullopt.
struct DigestDirectives {
    std::optional<std::string> username;
    std::optional<std::string> realm;
    std::optional<std::string> nonce;
    std::optional<std::string> cnonce;
    std::optional<std::string> nc;
    std::optional<std::string> qop;
    std::optional<std::string> digest_uri;
    std::optional<std::string> response;
    std::optional<std::string> charset;
    std::optional<std::string> authzid;
};

/// Parses `name=value,name="value"`. Ignores names that it does not know. Returns nullopt if the
/// text is malformed, or contains one of the directives above twice.
[[nodiscard]] std::optional<DigestDirectives> parse_directives(std::string_view text);

}  // namespace kazoo::server
