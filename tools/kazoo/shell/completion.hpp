// SPDX-License-Identifier: Apache-2.0
/// What TAB makes of a line. No input, no output.
#pragma once

#include "cli/syntax.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// Returns the names of the children of a node; std::nullopt if they are not known yet.
using KnownChildren = std::function<std::optional<std::vector<std::string>>(const std::string&)>;

struct Completion {
    /// Where the text begins that `text` replaces; it ends at the cursor.
    std::size_t begin = 0;
    std::string text;
    /// The names to choose from, sorted, if there are several.
    std::vector<std::string> choices;
    /// Whether names are missing that have been asked for.
    bool waits = false;
};

/// Completes the word at the end of `line`, which is a line up to the cursor. `all` is the syntax
/// of the commands; `directory` is that of the shell.
Completion complete(
    const CommandSyntax& all,
    std::string_view line,
    const std::string& directory,
    const KnownChildren& children
);

/// Arranges names in columns, as `ls` does, in lines of at most `width` characters. Of more than
/// `most` names, the first are shown and the others counted.
std::string in_columns(
    const std::vector<std::string>& names, std::size_t width, std::size_t most = 200
);

}  // namespace tool
