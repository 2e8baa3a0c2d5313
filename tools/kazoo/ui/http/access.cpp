// SPDX-License-Identifier: Apache-2.0
#include "ui/http/access.hpp"

#include <random>
#include <utility>

namespace tool::ui {

std::string random_token() {
    static constexpr char digits[] = "0123456789abcdef";
    std::random_device device;
    std::string token;
    for (int word = 0; word < 8; ++word) {
        std::uint32_t bits = device();
        for (int digit = 0; digit < 8; ++digit, bits >>= 4) {
            token += digits[bits & 15];
        }
    }
    return token;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

bool is_api(std::string_view path) noexcept {
    return path.substr(0, 5) == "/api/";
}

Access::Access(std::uint16_t port, std::string token)
    : port_(std::to_string(port)), credential_("Bearer " + std::move(token)) {}

bool Access::is_own_host(const std::string& host) const {
    for (const char* const name : {"127.0.0.1", "localhost"}) {
        // Browsers leave out the port of the scheme.
        if (host == name + (":" + port_) || (port_ == "80" && host == name)) {
            return true;
        }
    }
    return false;
}

std::optional<Reply> Access::refusal(const Head& head) const {
    if (!is_own_host(head.host)) {
        return error_reply(
            403,
            "foreign_host",
            "the Host header does not name this server; use the URL that kazoo ui has written"
        );
    }
    if (!head.origin.empty() && head.origin != "http://" + head.host) {
        return error_reply(403, "foreign_origin", "requests of other sites are refused");
    }
    return is_api(head.target.path) ? api_refusal(head) : std::nullopt;
}

std::optional<Reply> Access::api_refusal(const Head& head) const {
    const std::string& site = head.fetch_site;
    if (!site.empty() && site != "same-origin" && site != "none") {
        return error_reply(403, "foreign_origin", "requests of other sites are refused");
    }
    if (!equal_in_constant_time(head.authorization, credential_)) {
        return error_reply(
            401, "no_token", "the token is missing or wrong; open the URL that kazoo ui has written"
        );
    }
    const bool has_body = head.method == "POST" || head.method == "PUT";
    if (has_body && head.content_type != "application/json") {
        return error_reply(415, "content_type", "the Content-Type must be application/json");
    }
    return std::nullopt;
}

}  // namespace tool::ui
