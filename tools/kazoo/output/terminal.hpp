// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace tool {

struct TerminalSize {
    std::size_t rows;
    std::size_t columns;
};
/// Returns the size of the terminal that the descriptor refers to; 24 x 80 if it does not say.
TerminalSize terminal_size(int descriptor) noexcept;

/// Returns whether the descriptor refers to a terminal.
bool is_terminal(int descriptor) noexcept;
/// Returns whether terminals understand sequences for colours and the cursor: TERM is set, and is
/// not "dumb".
bool has_sequences() noexcept;

}  // namespace tool
