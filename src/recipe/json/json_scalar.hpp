// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

/// Before JSON, some programs write this mark, which is no part of it.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Returns a JSON text, number, boolean or null; a discarded value if `text` is an object or an
/// array, or no JSON.
///
/// Values of the library that have elements are avoided everywhere: their destructor allocates
/// memory, and ends the process if there is none. See json_members() for objects and arrays.
/// Throws std::bad_alloc.
[[nodiscard]] nlohmann::json json_scalar(std::string_view text);

/// Returns the text that a JSON text in quotes stands for; std::nullopt if it is another value.
/// Throws std::bad_alloc.
[[nodiscard]] std::optional<std::string> json_string(std::string_view text);

}  // namespace kazoo::detail::recipe
