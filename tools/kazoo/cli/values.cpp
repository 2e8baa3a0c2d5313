// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"

#include "cli/exit_code.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <system_error>

namespace tool {
namespace {

bool standard_input_is_reserved = false;

constexpr std::string_view letters = "cdrwa";
constexpr std::int32_t bits[] = {
    kazoo::Permissions::create,
    kazoo::Permissions::delete_,
    kazoo::Permissions::read,
    kazoo::Permissions::write,
    kazoo::Permissions::admin,
};

std::string read_all(std::istream& in, const std::string& name, std::size_t most) {
    std::string content;
    char block[1 << 16];
    while (in.read(block, sizeof(block)) || in.gcount() > 0) {
        content.append(block, static_cast<std::size_t>(in.gcount()));
        if (content.size() > most) {
            throw Failure(
                ExitCode::failed,
                name + " is larger than the limit of " + std::to_string(most) + " bytes"
            );
        }
    }
    if (in.bad()) {
        throw Failure(ExitCode::failed, "cannot read all of " + name);
    }
    return content;
}

std::int32_t parse_permissions(std::string_view text, std::string_view entry) {
    std::int32_t perms = 0;
    for (const char letter : text) {
        const std::size_t i = letters.find(letter);
        if (i == std::string_view::npos) {
            throw UsageError(
                "the permissions of '" + std::string(entry) +
                "' must be letters of cdrwa (create, delete, read, write, admin)"
            );
        }
        perms |= bits[i];
    }
    return perms;
}

/// Whether a comma at this place ends an entry: what follows it must look like the next one. Ids of
/// x509 contain commas.
bool ends_entry(std::string_view entry) {
    const std::size_t colon = entry.rfind(':');
    return colon != std::string_view::npos && entry.find(':') != colon &&
           entry.find_first_not_of(letters, colon + 1) == std::string_view::npos;
}

}  // namespace

std::istream& standard_input() {
    if (standard_input_is_reserved) {
        throw UsageError("standard input is the script; give the data as a text or as @FILE");
    }
    std::clearerr(stdin);
    std::cin.clear();
    return std::cin;
}

void check_standard_input() {
    if (std::ferror(stdin) != 0) {
        throw Failure(ExitCode::failed, "cannot read all of standard input");
    }
}

void reserve_standard_input() noexcept {
    standard_input_is_reserved = true;
}

std::string read_file(const std::string& name, std::size_t most) {
    if (name == "-") {
        std::string content = read_all(standard_input(), "standard input", most);
        check_standard_input();
        return content;
    }
    std::ifstream in(name, std::ios::binary);
    if (!in) {
        throw Failure(
            ExitCode::failed, "cannot read " + name + ": " + std::generic_category().message(errno)
        );
    }
    return read_all(in, name, most);
}

std::string data_of(const std::string& argument) {
    if (argument == "-") {
        return read_file("-");
    }
    if (argument.empty() || argument.front() != '@') {
        return argument;
    }
    return argument.size() > 1 && argument[1] == '@' ? argument.substr(1)
                                                     : read_file(argument.substr(1));
}

std::string read_secret(const std::string& name) {
    std::string line = read_file(name, 1 << 16);
    line.erase(std::min(line.find('\n'), line.size()));
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    if (line.empty()) {
        throw Failure(ExitCode::failed, "the first line of " + name + " must be the password");
    }
    return line;
}

std::chrono::milliseconds parse_time(std::string_view text) {
    static constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& [name, factor] : units) {
        if (error == std::errc() && unit == name && number >= 0 &&
            number <= std::numeric_limits<std::int64_t>::max() / factor / 1'000'000) {
            return std::chrono::milliseconds(number * factor);
        }
    }
    throw UsageError(
        "'" + std::string(text) + "' is no time; write it as 500ms, 10s, 5m, 2h or 1d"
    );
}

kazoo::Acl parse_acl_entry(std::string_view text) {
    const std::size_t first = text.find(':');
    const std::size_t last = text.rfind(':');
    if (first == std::string_view::npos || first == last || first == 0) {
        throw UsageError(
            "the ACL entry '" + std::string(text) +
            "' must have the form scheme:id:permissions, such as world:anyone:r"
        );
    }
    const std::int32_t perms = parse_permissions(text.substr(last + 1), text);
    return kazoo::make_acl(
        std::string(text.substr(0, first)),
        std::string(text.substr(first + 1, last - first - 1)),
        perms
    );
}

kazoo::AclList parse_acl(std::string_view text) {
    if (text == "open") {
        return kazoo::open_acl_unsafe();
    }
    if (text == "read") {
        return kazoo::read_acl_unsafe();
    }
    if (text == "creator") {
        return kazoo::creator_all_acl();
    }
    kazoo::AclList acl;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const bool at_end = i == text.size();
        if (at_end || (text[i] == ',' && ends_entry(text.substr(begin, i - begin)))) {
            acl.push_back(parse_acl_entry(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    return acl;
}

std::string to_text(const kazoo::Acl& acl) {
    std::string text = acl.id.scheme + ":" + acl.id.id + ":";
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if ((acl.perms & bits[i]) != 0) {
            text += letters[i];
        }
    }
    return text;
}

std::int32_t version_of(const std::optional<std::int64_t>& version) {
    return static_cast<std::int32_t>(version.value_or(-1));
}

}  // namespace tool
