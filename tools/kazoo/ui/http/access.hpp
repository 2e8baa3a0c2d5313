// SPDX-License-Identifier: Apache-2.0
/// Who may use the page of `kazoo ui`.
#pragma once

#include "ui/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tool::ui {

/// Returns 256 random bits in hexadecimal.
std::string random_token();

/// Compares two texts in a time that depends on their lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// Decides by the head of a request whether it is served.
///
/// - Host must be the loopback address or "localhost", with the port of the server. Otherwise a
///   page of another site could resolve its own name to the loopback address (DNS rebinding).
/// - Origin, if present, must be this server, and Sec-Fetch-Site must not name another site: pages
///   of other sites are refused before anything else of their request is looked at.
/// - Requests below /api/ need the header "Authorization: Bearer TOKEN". The page has the token
///   from the fragment of its URL. There is no cookie: cookies do not distinguish the ports of a
///   host, so that a browser would send it to every other server on the loopback address, and would
///   add it to requests that pages of these servers make (ports do not make a site either). A
///   header is added by this page only, so requests cannot be forged.
/// - The other files contain no data and are served without a token.
///
/// Immutable, and thus thread-safe.
class Access {
public:
    Access(std::uint16_t port, std::string token);

    /// Returns the reply that refuses the request; std::nullopt if it is admitted.
    [[nodiscard]] std::optional<Reply> refusal(const Head& head) const;

private:
    [[nodiscard]] bool is_own_host(const std::string& host) const;
    [[nodiscard]] std::optional<Reply> api_refusal(const Head& head) const;

    std::string port_;
    std::string credential_;  // the whole value of the header
};

/// Returns whether the path is one of the API, which needs the token.
bool is_api(std::string_view path) noexcept;

}  // namespace tool::ui
