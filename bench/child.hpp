// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Returns the path of the running program.
[[nodiscard]] std::string this_program();
/// Returns the path of a program in the same directory.
[[nodiscard]] std::string program_beside(const std::string& name);

/// A process that is connected by pipes to its standard input and output, and ends with this
/// object. Its standard error is that of this process.
class Child {
public:
    /// Runs `command[0]`, which is looked up in PATH, with the other elements as arguments. The
    /// process must be in the directory `directory` unless that is empty. Throws std::system_error.
    explicit Child(const std::vector<std::string>& command, const std::string& directory = {});
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    /// Kills the process if it has not ended.
    ~Child();

    /// Writes a line to the standard input. Throws std::runtime_error if the process has ended.
    void write_line(const std::string& line);
    /// Reads a line from the standard output, without its end; std::nullopt at its end. Throws
    /// std::runtime_error if there is none in time.
    [[nodiscard]] std::optional<std::string> read_line(
        std::chrono::milliseconds limit = std::chrono::minutes(2)
    );
    /// Closes the standard input, waits for the end and returns the exit code, or -1 if a signal
    /// has ended the process. Reads no output.
    int wait();

private:
    pid_t process_ = -1;
    int input_ = -1;   // the end of the pipe that this process writes to
    int output_ = -1;  // the end of the pipe that this process reads from
    std::string buffer_;
};

/// The values that a process prints, as lines `<name> <value>`.
using Values = std::map<std::string, double>;

/// Reads the values that a process prints until it ends. Throws std::runtime_error if it fails.
[[nodiscard]] Values values_from(Child& child);

/// Runs a command to its end.
[[nodiscard]] Values values_of(const std::vector<std::string>& command);

/// Runs a part of this program (parts.hpp) in a process of its own.
[[nodiscard]] Values values_of_part(
    const std::string& part, const std::vector<std::string>& arguments
);

}  // namespace bench
