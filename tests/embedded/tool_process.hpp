#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// The command-line tool as a process of its own.
class ToolProcess {
public:
    explicit ToolProcess(const std::vector<std::string>& arguments);
    /// Kills it, if it still runs.
    ~ToolProcess();
    ToolProcess(const ToolProcess&) = delete;
    ToolProcess& operator=(const ToolProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// What it has written so far, to both of its streams.
    [[nodiscard]] std::string output() const;
    /// Waits for its first line; empty if it ends without one.
    std::string first_line();
    /// The port at the end of the first line.
    std::uint16_t port();
    void signal(int number) const;
    /// Waits for its end: the exit code, or 128 + the signal that ended it.
    int exit_code();

private:
    bool running();

    std::filesystem::path directory_;
    pid_t pid_ = -1;
    int status_ = -1;
};

}  // namespace kazoo::testing_support
