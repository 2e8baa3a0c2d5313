// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// Starts `command` (found through PATH) with empty stdin, and stdout and stderr appended to `log`.
/// The child inherits no other descriptors and is killed when this process ends in any way.
/// `network` is a descriptor of the network namespace in which it runs; -1: that of this process.
/// Returns the pid, which the caller must reap. Throws std::system_error. If `command` cannot be
/// run, the child exits with status 127. Thread-safe.
pid_t spawn_child(
    const std::vector<std::string>& command, const std::filesystem::path& log, int network = -1
);

/// A program that runs until it ends by itself or this object is destroyed.
class ChildProcess {
public:
    explicit ChildProcess(const std::vector<std::string>& command);
    /// Kills the process if it still runs.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// Everything written so far to standard output and standard error.
    [[nodiscard]] std::string output() const;
    /// Waits for the first line; empty if the process ends without one.
    std::string first_line();
    void signal(int number) const;
    /// Returns whether the process has not ended.
    bool running();
    /// Waits for the exit; returns the exit code, or 128 + the signal number. Throws
    /// std::runtime_error after 20 seconds.
    int exit_code();

private:
    const std::filesystem::path directory_;
    pid_t pid_ = -1;
    int status_ = -1;
};

/// Runs `body` in a forked process and returns its report followed by "end", or by what it has
/// thrown; kills the process after 20 seconds.
std::string in_forked_child(const std::function<void(std::string& report)>& body);

}  // namespace kazoo::testing_support
