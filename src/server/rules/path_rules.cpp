// SPDX-License-Identifier: Apache-2.0
#include "server/rules/path_rules.hpp"

#include <kazoo/paths.hpp>

#include <cstddef>

namespace kazoo::server {

namespace {

/// Whether all of the text is UTF-8 with at most three bytes per character. Longer characters,
/// those beyond the basic multilingual plane, are not valid in a path.
bool is_short_utf8(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto continues = [&](std::size_t at) {
        return at < text.size() && (byte(at) & 0xC0U) == 0x80U;
    };
    for (std::size_t at = 0; at < text.size();) {
        const unsigned char lead = byte(at);
        if (lead < 0x80) {
            at += 1;
        } else if (lead >= 0xC2 && lead <= 0xDF && continues(at + 1)) {
            at += 2;
        } else if (lead >= 0xE0 && lead <= 0xEF && continues(at + 1) && continues(at + 2)) {
            if (lead == 0xE0 && byte(at + 1) < 0xA0) {
                return false;  // an overlong encoding
            }
            at += 3;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

bool is_valid_path(std::string_view path) {
    if (is_plain_path(path)) {
        return true;
    }
    if (path.empty() || !is_short_utf8(path)) {
        return false;
    }
    const Result<std::string> checked = check_path(path);
    return checked.has_value() && *checked == path;
}

std::optional<std::string_view> parent_of(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || path.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    return path.substr(0, slash);
}

bool is_system_path(std::string_view path) noexcept {
    return path == "/" || path == "/zookeeper" || path == "/zookeeper/quota" ||
           path == "/zookeeper/config";
}

}  // namespace kazoo::server
