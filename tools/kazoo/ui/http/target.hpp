// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tool::ui {

/// The target of a request, with percent-encoding removed.
struct Target {
    std::string path;
    std::map<std::string, std::string> query;
};

/// Parses "/path?name=value&...". Returns std::nullopt if it does not begin with a slash, an
/// encoding is malformed, a name occurs twice, or there are more than 16 parameters.
std::optional<Target> parse_target(std::string_view text);

/// Removes percent-encoding; std::nullopt if it is malformed. "+" is a plus.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace tool::ui
