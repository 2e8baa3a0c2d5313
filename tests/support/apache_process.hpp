// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// The process of an Apache ZooKeeper server, which can be started repeatedly. It is killed when
/// this object is destroyed, and when the test process ends in any way. Not thread-safe.
class ApacheProcess {
public:
    /// `directory` is for its configuration (zoo.cfg) and its log (log).
    explicit ApacheProcess(std::filesystem::path directory);
    ~ApacheProcess();
    ApacheProcess(const ApacheProcess&) = delete;
    ApacheProcess& operator=(const ApacheProcess&) = delete;

    /// Writes zoo.cfg: the settings that all servers share (tests/support/zoo.cfg), then these
    /// lines.
    void configure(const std::vector<std::string>& lines);
    /// Starts the server without waiting until it serves. `arguments` are added to those of the
    /// JVM; `network` is that of spawn_child. Throws std::system_error.
    void launch(const std::vector<std::string>& arguments, int network = -1);
    /// Sends a signal and waits until the process has ended; kills it after 5 seconds.
    void end_with(int signal_number);
    /// Sends SIGSTOP and waits until the process is stopped. Throws std::runtime_error if it does
    /// not run.
    void pause();
    void resume();

    [[nodiscard]] bool running() const { return pid_ > 0; }
    /// Reaps the process if it has ended. Returns whether it does not run.
    [[nodiscard]] bool exited();
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The last bytes of the log, which all starts share.
    [[nodiscard]] std::string log_tail(std::size_t bytes) const;

private:
    const std::filesystem::path directory_;
    const pid_t owner_;  // the process that made this; forked copies leave the server alone
    pid_t pid_ = -1;     // -1: not running
};

}  // namespace kazoo::testing_support
