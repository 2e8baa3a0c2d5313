// SPDX-License-Identifier: Apache-2.0
/// The exit codes of the tool, and the errors that commands throw.
#pragma once

#include <kazoo/errors.hpp>

#include <stdexcept>
#include <string>

namespace tool {

enum class ExitCode : int {
    done = 0,
    failed = 1,
    usage = 2,
    no_node = 3,
    lost = 4,           ///< A lock, a leadership or a lease was lost.
    not_connected = 5,  ///< No connection was made, or it was lost and the outcome is not known.
};

/// Ends a command with an exit code; the message goes to standard error.
class Failure : public std::runtime_error {
public:
    Failure(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] ExitCode code() const noexcept { return code_; }

private:
    ExitCode code_;
};

/// The arguments contradict each other or cannot be understood.
class UsageError : public Failure {
public:
    explicit UsageError(const std::string& message) : Failure(ExitCode::usage, message) {}
};

/// The reader of standard output has closed it: the command ends quietly, with `done`.
class OutputClosed : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "standard output is closed"; }
};

/// The user has left the pager before it has shown everything: the command ends quietly.
class PagerLeft : public OutputClosed {};

/// Returns the exit code for an error of the library.
ExitCode exit_code_of(const kazoo::Error& error) noexcept;

}  // namespace tool
