// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/exit_code.hpp"
#include "cli/interactive.hpp"
#include "cli/settings.hpp"
#include "output/output.hpp"

#include <kazoo/client.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tool {

/// What commands run with: a client, which is connected when it is first used, and the output.
class Session {
public:
    /// `program`: what followed "--" (Grammar::take_program). `shell`: that which runs the command;
    /// null if there is none. The references must outlive the session.
    Session(
        const Settings& settings,
        Output& out,
        std::vector<std::string> program = {},
        Interactive* shell = nullptr
    );

    /// Returns the client, connected: that of the shell, or an own one. Throws Failure with
    /// ExitCode::not_connected if no connection is made in time.
    kazoo::KazooClient& zk();
    /// Returns a client of other servers with the same settings, connected. `hosts`: a connect
    /// string. Throws as zk() does.
    [[nodiscard]] std::unique_ptr<kazoo::KazooClient> connect(const std::string& hosts) const;

    [[nodiscard]] Output& out() const noexcept { return *out_; }
    [[nodiscard]] const Settings& settings() const noexcept { return *settings_; }
    [[nodiscard]] const std::vector<std::string>& program() const noexcept { return program_; }

    /// Returns the shell that runs the command; null if there is none.
    [[nodiscard]] Interactive* shell() const noexcept { return shell_; }
    /// Returns the absolute path for an argument that Command::path does not cover.
    [[nodiscard]] std::string resolve(const std::string& path) const;
    /// Returns options with which Ctrl-C in the shell cancels an operation. Writes use them, so
    /// that those which were not sent are withdrawn.
    [[nodiscard]] kazoo::CallOptions call() const;
    /// Throws Interrupted if Ctrl-C was pressed in the shell.
    void check_interrupted() const;

    /// Sets the exit code of a command that has done what it could, unless one is set already.
    void fail(ExitCode code) noexcept;
    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }
    /// Sets the exit code to that of a program that the command has run.
    void exit_with(int code) noexcept { exit_code_ = code; }

private:
    void wait_for_shell() const;
    void connect_client(kazoo::KazooClient& client) const;
    [[nodiscard]] std::unique_ptr<kazoo::KazooClient> connected_client(
        const std::optional<std::string>& hosts
    ) const;

    const Settings* settings_;
    Output* out_;
    std::vector<std::string> program_;
    Interactive* shell_;
    std::unique_ptr<kazoo::KazooClient> zk_;
    int exit_code_ = 0;
};

}  // namespace tool
