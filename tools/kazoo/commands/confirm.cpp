// SPDX-License-Identifier: Apache-2.0
#include "commands/confirm.hpp"

#include "cli/values.hpp"

#include <unistd.h>

#include <iostream>

namespace tool {

bool can_confirm() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

bool confirm(const std::string& question) {
    std::cerr << question << " [y/N] " << std::flush;
    std::string answer;
    return std::getline(standard_input(), answer) && !answer.empty() &&
           (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace tool
