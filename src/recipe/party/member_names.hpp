// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/recipes/party.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// How the nodes of members are named.
enum class MemberLayout {
    party,    ///< `<32 hex digits>__party__`; the identifier is in the data.
    shallow,  ///< `<32 hex digits>-<identifier>`.
    group,    ///< `<identifier>`.
};

/// Returns whether a child is the node of a member.
[[nodiscard]] bool is_member(MemberLayout layout, std::string_view name) noexcept;
/// Returns the identifier that a name contains; all but MemberLayout::party have one.
[[nodiscard]] std::string_view identifier_in(MemberLayout layout, std::string_view name) noexcept;
/// Returns the name of a new member's node. `unique`: 32 hexadecimal digits.
[[nodiscard]] std::string member_name(
    MemberLayout layout, std::string_view unique, std::string_view identifier
);

/// Returns whether this is valid UTF-8, without surrogates and overlong forms.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The identifiers of members by the names of their nodes.
using Members = std::map<std::string, std::string>;

/// Returns the identifiers of all members, in ascending order.
[[nodiscard]] std::vector<std::string> identifiers_of(const Members& members);
/// Returns the difference between two states.
[[nodiscard]] PartyChange change_between(const Members& before, const Members& after);

}  // namespace kazoo::detail::recipe
