// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// Some programs write this mark before JSON. It is not part of it.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Parses a JSON string, number, boolean or null. Returns a discarded value if `text` is an object
/// or an array, or is not JSON. Throws std::bad_alloc.
///
/// Objects and arrays of the JSON library are not used anywhere: their destructor allocates memory,
/// and ends the process if there is none. See json_members() and json_elements().
[[nodiscard]] nlohmann::json json_scalar(std::string_view text);

/// Returns the value of a JSON string; std::nullopt if `text` is another value.
/// Throws std::bad_alloc.
[[nodiscard]] std::optional<std::string> json_string(std::string_view text);

}  // namespace kazoo::detail::recipe
