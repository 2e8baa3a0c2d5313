// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

/// A member of a JSON object: the text of its key, in quotes and with its escapes, and the text of
/// its value.
using JsonMember = std::pair<std::string_view, std::string_view>;

/// Returns the members of a JSON object in their order, as parts of `object`.
///
/// Values stay texts because a payload is to be returned as it was written: with all digits of its
/// numbers and in its order. Takes time in proportion to the length, and no stack.
///
/// Precondition: `object` is a valid JSON object; only spaces surround it.
[[nodiscard]] std::vector<JsonMember> json_members(std::string_view object);
/// Returns the value of a member, likewise: the last one if several members have the name, empty if
/// none has it or `object` is another value.
[[nodiscard]] std::string_view json_member(std::string_view object, std::string_view name);
/// Returns the elements of a JSON array, likewise.
[[nodiscard]] std::vector<std::string_view> json_elements(std::string_view array);

}  // namespace kazoo::detail::recipe
