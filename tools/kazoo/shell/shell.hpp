// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/settings.hpp"

namespace tool {

struct ShellOptions {
    bool keep_going = false;
    bool no_history = false;
};

/// Returns whether standard input and output are terminals.
bool shell_is_interactive();

/// Runs commands with one session: on a terminal with a prompt, otherwise from standard input.
/// `settings` must be complete. Returns the exit code.
int run_command_shell(const Settings& settings, const ShellOptions& options);

}  // namespace tool
