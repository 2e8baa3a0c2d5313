// SPDX-License-Identifier: Apache-2.0
#include "ui/api/session_list.hpp"

#include <charconv>

namespace tool::ui {
namespace {

/// Removes and returns the first line.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

std::string_view without_indent(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

/// Returns the number of a text that begins with "0x".
std::optional<std::int64_t> hexadecimal(std::string_view text) {
    std::uint64_t number = 0;
    if (text.substr(0, 2) != "0x") {
        return std::nullopt;
    }
    const auto parsed = std::from_chars(text.data() + 2, text.data() + text.size(), number, 16);
    return parsed.ec == std::errc() ? std::optional(static_cast<std::int64_t>(number))
                                    : std::nullopt;
}

}  // namespace

std::optional<SessionList> parse_dump(std::string_view text, std::size_t limit, bool& complete) {
    if (text.find("phemeral") == std::string_view::npos) {
        return std::nullopt;
    }
    SessionList sessions;
    SessionInfo* owner = nullptr;
    std::size_t count = 0;
    while (!text.empty()) {
        const std::string_view line = without_indent(take_line(text));
        if (const auto id = hexadecimal(line)) {
            owner = &sessions[*id];
        } else if (!line.empty() && line.front() == '/' && owner != nullptr) {
            if (++count > limit) {
                complete = false;
            } else {
                owner->ephemerals.emplace_back(line);
            }
        } else if (line.substr(0, 11) == "Connections") {
            break;  // a section with ids of sessions and without nodes
        }
    }
    return sessions;
}

void add_addresses(std::string_view text, SessionList& sessions) {
    while (!text.empty()) {
        const std::string_view line = without_indent(take_line(text));
        const std::size_t sid = line.find("sid=");
        const std::size_t end = line.find('[');
        if (sid == std::string_view::npos || end == std::string_view::npos || line.front() != '/') {
            continue;
        }
        if (const auto id = hexadecimal(line.substr(sid + 4))) {
            sessions[*id].address = std::string(line.substr(1, end - 1));
        }
    }
}

}  // namespace tool::ui
