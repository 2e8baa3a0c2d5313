#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// The command-line tool as a child process.
class ToolProcess {
public:
    explicit ToolProcess(const std::vector<std::string>& arguments);
    /// Kills the process if it still runs.
    ~ToolProcess();
    ToolProcess(const ToolProcess&) = delete;
    ToolProcess& operator=(const ToolProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// Everything written so far to standard output and standard error.
    [[nodiscard]] std::string output() const;
    /// Waits for the first line; empty if the process ends without one.
    std::string first_line();
    /// The port at the end of the first line.
    std::uint16_t port();
    void signal(int number) const;
    /// Waits for the exit; returns the exit code, or 128 + the signal number.
    int exit_code();

private:
    bool running();

    std::filesystem::path directory_;
    pid_t pid_ = -1;
    int status_ = -1;
};

}  // namespace kazoo::testing_support
