// SPDX-License-Identifier: Apache-2.0
#include "output/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace tool {

TerminalSize terminal_size(int descriptor) noexcept {
    winsize found{};
    if (::ioctl(descriptor, TIOCGWINSZ, &found) != 0 || found.ws_row == 0 || found.ws_col == 0) {
        return {24, 80};
    }
    return {found.ws_row, found.ws_col};
}

bool is_terminal(int descriptor) noexcept {
    return ::isatty(descriptor) == 1;
}

bool has_sequences() noexcept {
    const char* const kind = std::getenv("TERM");
    const std::string_view name = kind != nullptr ? kind : "";
    return !name.empty() && name != "dumb";
}

}  // namespace tool
