// SPDX-License-Identifier: Apache-2.0
#include "recipe/json/json_scalar.hpp"

namespace kazoo::detail::recipe {

using nlohmann::json;

json json_scalar(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    const bool has_elements =
        begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
    return has_elements ? json(json::value_t::discarded) : json::parse(text, nullptr, false);
}

std::optional<std::string> json_string(std::string_view text) {
    const bool is_plain = text.size() > 1 && text.front() == '"' && text.back() == '"' &&
                          text.find('\\') == std::string_view::npos;
    if (is_plain) {
        return std::string(text.substr(1, text.size() - 2));  // a parser for each takes long
    }
    const auto value = json_scalar(text);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

}  // namespace kazoo::detail::recipe
