// SPDX-License-Identifier: Apache-2.0
// Checks and normalises paths, and translates between client paths and server paths (Chroot). Paths
// are rejected for the reasons for which servers reject them: see objection_to() and find_dots().
// Surplus slashes are removed, and a missing first slash is added.
#include "values/stripped.hpp"
#include "values/text.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kazoo {

namespace {

bool is_dots(std::string_view component) noexcept {
    return component == "." || component == "..";
}

// A decoded character of a path. A byte that is not valid UTF-8 counts as one permitted character.
struct Character {
    std::uint32_t code_point;
    std::size_t bytes;
};

constexpr std::uint32_t harmless = U'?';

bool continues(std::string_view text, std::size_t at) noexcept {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// Decodes UTF-8. Overlong forms and code points beyond U+10FFFF are not valid UTF-8. Surrogates are
// not either, but are decoded, so that objection_to() can name them.
Character character_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t offset) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + offset]));
    };
    const auto rest = [&](std::size_t offset) { return byte(offset) & 0x3FU; };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    if (!continues(text, at + 1) || lead < 0xC2 || lead > 0xF4) {
        return {harmless, 1};
    }
    if (lead < 0xE0) {
        return {(lead & 0x1FU) << 6 | rest(1), 2};
    }
    if (!continues(text, at + 2)) {
        return {harmless, 1};
    }
    if (lead < 0xF0) {
        const std::uint32_t code_point = (lead & 0x0FU) << 12 | rest(1) << 6 | rest(2);
        return code_point < 0x800 ? Character{harmless, 1} : Character{code_point, 3};
    }
    if (!continues(text, at + 3)) {
        return {harmless, 1};
    }
    const std::uint32_t code_point = (lead & 0x07U) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3);
    const bool shortest_form = code_point >= 0x10000 && code_point <= 0x10FFFF;
    return shortest_form ? Character{code_point, 4} : Character{harmless, 1};
}

// Returns why ZooKeeper rejects the character, or null if it accepts it.
const char* objection_to(std::uint32_t code_point) noexcept {
    if (code_point == 0) {
        return "NUL";
    }
    if (code_point <= 0x1F || (code_point >= 0x7F && code_point <= 0x9F)) {
        return "control character";
    }
    if (code_point < 0xD800) {
        return nullptr;
    }
    if (code_point <= 0xDFFF) {
        return "surrogate";
    }
    if (code_point <= 0xF8FF) {
        return "private use character";
    }
    if (code_point >= 0x10000) {  // a surrogate pair in the strings of a Java server
        return "character outside the Basic Multilingual Plane";
    }
    return code_point >= 0xFFF0 ? "special character" : nullptr;
}

std::string hexadecimal(std::uint32_t code_point) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (int shift = 20; shift >= 0; shift -= 4) {
        const std::uint32_t digit = (code_point >> shift) & 15U;
        if (digit != 0 || !text.empty() || shift < 16) {
            text += digits[digit];
        }
    }
    return text;
}

// Paths are checked at the rate of requests: eight bytes at a time.
constexpr std::uint64_t each_byte = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x80 * each_byte;

std::uint64_t load(const char* bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

bool has_unprintable(std::uint64_t bytes) noexcept {
    const auto below_space = (bytes - ' ' * each_byte) & ~bytes;
    const auto above_tilde = (bytes + each_byte) | bytes;  // 0x7F, and what is not ASCII
    return ((below_space | above_tilde) & high_bits) != 0;
}

// Returns the high bits of the bytes that equal `c`. All bytes must be ASCII.
std::uint64_t equal_to(char c, std::uint64_t bytes) noexcept {
    const auto differing = bytes ^ (static_cast<std::uint64_t>(c) * each_byte);
    return ~(differing + 0x7F * each_byte) & high_bits;
}

bool is_printable(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Returns whether no component is empty, "." or "..". The path begins with a slash.
bool has_plain_components(std::string_view path) noexcept {
    for (std::size_t start = 1;;) {
        const auto slash = path.find('/', start);
        const auto component = path.substr(start, slash - start);
        if (component.empty() || is_dots(component)) {
            return false;
        }
        if (slash == std::string_view::npos) {
            return true;
        }
        start = slash + 1;
    }
}

// Describes the first rejected character; returns an empty string if there is none.
std::string find_bad_character(std::string_view path) {
    for (std::size_t at = 0; at < path.size();) {
        const Character character = character_at(path, at);
        if (const char* objection = objection_to(character.code_point)) {
            return std::string(objection) + " U+" + hexadecimal(character.code_point) +
                   " at byte " + std::to_string(at);
        }
        at += character.bytes;
    }
    return {};
}

// Describes the first component that is "." or ".."; returns an empty string if there is none. The
// last component of a sequence node may be one, because the server appends digits to it.
std::string find_dots(std::string_view path, bool sequence) {
    for (std::size_t start = 0; start <= path.size();) {
        std::size_t end = path.find('/', start);
        const bool last = end == std::string_view::npos;
        end = last ? path.size() : end;
        const std::string_view component = path.substr(start, end - start);
        if (is_dots(component) && !(last && sequence)) {
            return "component " + base::quoted(component) + " at byte " + std::to_string(start);
        }
        start = end + 1;
    }
    return {};
}

}  // namespace

std::string normalize_path(PathView path) {
    std::string normal = "/";
    normal.reserve(path.size() + 2);
    for (const char c : path) {
        if (c != '/' || normal.back() != '/') {
            normal += c;
        }
    }
    if (normal.size() > 1 && normal.back() == '/') {
        normal.pop_back();
    }
    return normal;
}

// The common case, decided without allocating: printable ASCII, already normal. Components are
// looked at one by one only if one is empty or begins with a dot.
bool is_plain_path(PathView path) noexcept {
    if (path.empty() || path.front() != '/') {
        return false;
    }
    if (path.size() == 1) {
        return true;
    }
    constexpr auto window = sizeof(std::uint64_t) + 1;
    if (path.size() < window) {
        return is_printable(path) && has_plain_components(path);
    }
    const std::size_t last = path.size() - window;
    std::uint64_t special = 0;
    for (std::size_t at = 0;; at = std::min(at + sizeof(std::uint64_t), last)) {
        const auto bytes = load(path.data() + at);
        const auto next = load(path.data() + at + 1);
        if (has_unprintable(next)) {  // `bytes` are: they are the slash or were the last `next`
            return false;
        }
        special |= equal_to('/', bytes) & (equal_to('/', next) | equal_to('.', next));
        if (at == last) {
            break;
        }
    }
    return path.back() != '/' && (special == 0 || has_plain_components(path));
}

Result<std::string> check_path(PathView path, bool sequence) {
    if (is_plain_path(path)) {
        return std::string(path);
    }
    std::string objection =
        path.from_null_pointer() ? "the path is a null pointer" : find_bad_character(path);
    if (objection.empty()) {
        objection = find_dots(path, sequence);
    }
    if (!objection.empty()) {
        return Error(
            Errc::bad_arguments, Outcome::not_sent, "", std::string(path), std::move(objection)
        );
    }
    std::string normal = normalize_path(path);
    // "/parent/" is a sequence node whose name consists of digits alone: its slash stays.
    if (sequence && normal.size() > 1 && path.back() == '/') {
        normal += '/';
    }
    return normal;
}

std::string join_path(PathView parent, PathView child) {
    while (!parent.empty() && parent.back() == '/') {
        parent.remove_suffix(1);
    }
    while (!child.empty() && child.front() == '/') {
        child.remove_prefix(1);
    }
    std::string path;
    path.reserve(parent.size() + 1 + child.size());
    path.append(parent);
    if (!child.empty() || parent.empty()) {
        path.append("/").append(child);
    }
    return path;
}

std::string_view parent_path(PathView path) noexcept {
    const std::size_t slash = path.rfind('/');
    if (slash == 0 || slash == std::string_view::npos) {
        return "/";
    }
    return path.substr(0, slash);
}

std::string_view node_name(PathView path) noexcept {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Chroot::Chroot(PathView prefix) : prefix_(normalize_path(prefix)) {
    if (prefix_ == "/") {
        prefix_.clear();
    }
}

std::string Chroot::absolute(PathView path, bool sequence) const {
    std::string whole;
    whole.reserve(prefix_.size() + path.size());
    whole.append(prefix_);
    // The root of a chroot is the chroot's own node, whose path has no final slash.
    if (path != "/" || sequence || prefix_.empty()) {
        whole.append(path);
    }
    return whole;
}

std::string Chroot::strip(PathView server_path) const {
    return std::string(detail::stripped(*this, server_path));
}

}  // namespace kazoo
