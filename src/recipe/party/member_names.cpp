// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/member_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kazoo::detail::recipe {
namespace {

constexpr std::string_view party_mark = "__party__";

/// The sequences of UTF-8 by their first byte: how many bytes follow, and which values the first
/// of these may have.
struct Sequence {
    std::uint8_t first;
    std::uint8_t last;
    std::size_t following;
    std::uint8_t second_from;
    std::uint8_t second_to;
};
constexpr std::array<Sequence, 9> sequences = {{
    {0x00, 0x7F, 0, 0x00, 0x00},
    {0xC2, 0xDF, 1, 0x80, 0xBF},
    {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F},
    {0xEE, 0xEF, 2, 0x80, 0xBF},
    {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF},
    {0xF4, 0xF4, 3, 0x80, 0x8F},
}};

/// Returns the identifiers of `a` whose nodes are not in `b`, or have another identifier there.
std::vector<std::string> only_in_first(const Members& a, const Members& b) {
    std::vector<std::string> found;
    for (const auto& [name, identifier] : a) {
        const auto other = b.find(name);
        if (other == b.end() || other->second != identifier) {
            found.push_back(identifier);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

bool is_member(MemberLayout layout, std::string_view name) noexcept {
    return layout != MemberLayout::party || name.find(party_mark) != std::string_view::npos;
}

std::string_view identifier_in(MemberLayout layout, std::string_view name) noexcept {
    const auto dash = name.find('-');
    if (layout != MemberLayout::shallow || dash == std::string_view::npos) {
        return name;
    }
    return name.substr(dash + 1);
}

std::string member_name(MemberLayout layout, std::string_view unique, std::string_view identifier) {
    std::string name;
    switch (layout) {
        case MemberLayout::party:
            name = unique;
            name += party_mark;
            break;
        case MemberLayout::shallow:
            name = unique;
            name += '-';
            name += identifier;
            break;
        case MemberLayout::group:
            name = identifier;
    }
    return name;
}

bool is_utf8(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        const auto first = byte(i);
        const auto* const sequence =
            std::find_if(sequences.begin(), sequences.end(), [first](const Sequence& s) {
                return first >= s.first && first <= s.last;
            });
        if (sequence == sequences.end() || text.size() - i <= sequence->following) {
            return false;
        }
        for (std::size_t k = 1; k <= sequence->following; ++k) {
            const auto from = k == 1 ? sequence->second_from : std::uint8_t{0x80};
            const auto to = k == 1 ? sequence->second_to : std::uint8_t{0xBF};
            if (byte(i + k) < from || byte(i + k) > to) {
                return false;
            }
        }
        i += 1 + sequence->following;
    }
    return true;
}

std::vector<std::string> identifiers_of(const Members& members) {
    return only_in_first(members, Members());
}

PartyChange change_between(const Members& before, const Members& after) {
    PartyChange change;
    change.members = identifiers_of(after);
    change.joined = only_in_first(after, before);
    change.left = only_in_first(before, after);
    return change;
}

}  // namespace kazoo::detail::recipe
