// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>

namespace tool {

/// A program that shows text page by page, which it reads from a pipe. Ctrl-C is its own while it
/// runs: it ends this process by closing the pipe.
class Pager {
public:
    /// Returns the command of the user's pager, from KAZOO_PAGER or PAGER, else "less"; none if it
    /// is empty, or "cat".
    static std::optional<std::string> command();

    /// Starts it. Throws Failure if there is no shell.
    explicit Pager(const std::string& command);
    Pager(const Pager&) = delete;
    Pager& operator=(const Pager&) = delete;
    /// Calls end().
    ~Pager();

    /// Ends its input, and waits until the user has left it. Returns its exit code; 127 if it was
    /// not found.
    int end() noexcept;

    /// Returns the descriptor to write to.
    [[nodiscard]] int input() const noexcept { return input_; }

private:
    int input_ = -1;
    pid_t program_ = -1;
    struct sigaction interrupt_before_ {};  // what SIGINT does without the pager
};

}  // namespace tool
