// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tool {

/// Encloses what a terminal does not show of a prompt, such as colours.
inline constexpr char invisible = '\001';

struct PromptState {
    std::string server;  ///< the one that is connected, or all that may be
    std::string state;   ///< "connected", "read-only", "suspended", "lost", "connecting"
    std::string directory;
    bool in_transaction = false;
    bool colours = false;
};

/// Returns "[127.0.0.1:2181 connected] /app> ". In a transaction it ends with "txn> ". Long lists
/// of servers are shortened.
std::string prompt_text(const PromptState& state);

/// Returns how many columns a text takes that has no tabs; what is between `invisible` characters
/// takes none. Invalid UTF-8 takes a column for each byte.
std::size_t width_of(std::string_view text);

/// Returns the row, counted from that where the prompt begins, on which a cursor is behind the
/// prompt and the text before it. `columns`: of the terminal.
std::size_t cursor_row(std::string_view prompt, std::string_view before, std::size_t columns);

}  // namespace tool
