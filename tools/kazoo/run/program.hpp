// SPDX-License-Identifier: Apache-2.0
/// Programs that the tool runs.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace tool {

/// Variables that are added to the environment of a program.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// Starts a program, found through PATH, with the standard input and outputs of this process. It
/// gets SIGTERM if this process is killed. `own_group`: in a process group of its own, to which
/// signals for it and its children can be sent. `input`: what it reads as its standard input, if
/// not that of this process. Throws Failure if it cannot be run, with 127 if it is not found, 126
/// otherwise. The caller must reap it.
pid_t start_program(
    const std::vector<std::string>& words,
    const Variables& variables,
    bool own_group = false,
    int input = -1
);

/// Returns the exit code for a status of waitpid: that of the program, or 128 and the number of the
/// signal that has ended it.
int exit_code_of_status(int status) noexcept;

/// Runs a command with `sh -c`, and waits for its end. Returns its exit code. Throws Failure.
int run_shell(const std::string& command, const Variables& variables);

}  // namespace tool
