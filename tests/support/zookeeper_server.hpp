// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/apache_process.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::testing_support {

/// Changes to the common configuration (tests/support/zoo.cfg).
struct ApacheOptions {
    /// Lines appended to the configuration; a later line overrides an earlier one.
    std::vector<std::string> config_lines;
    /// Each "name=value" is passed to the JVM as -Dname=value.
    std::vector<std::string> system_properties;
    /// Whether it also serves at secure_port(). The keys must be given in the lines above.
    bool with_secure_port = false;
    /// How long start() and restart() wait until the server serves.
    std::chrono::milliseconds ready_limit{60'000};
};

/// A standalone Apache ZooKeeper server with a free port of 127.0.0.1 and a temporary data
/// directory. SecureApache adds TLS and SASL.
///
/// The constructor does not start it. Functions may be called from any thread, one at a time.
/// Failures throw std::runtime_error with the end of the server's log. The server is killed when
/// this object is destroyed, and when the test process ends in any way.
class ApacheServer {
public:
    explicit ApacheServer(ApacheOptions options = {});
    ~ApacheServer();
    ApacheServer(const ApacheServer&) = delete;
    ApacheServer& operator=(const ApacheServer&) = delete;

    /// Starts the server and returns once it serves requests. Does nothing if it runs.
    void start();
    /// Sends SIGTERM and waits until the server has ended. Clients see the connection close.
    void stop();
    /// Sends SIGKILL and waits until the server has ended.
    void kill9();
    /// Calls kill9() if it runs, then starts it with the same port and data.
    void restart();
    /// Stops the process with SIGSTOP: connections stay open, nothing is answered. Returns once it
    /// is stopped.
    void pause();
    void resume();

    bool running() const { return process_.running(); }
    pid_t pid() const { return process_.pid(); }
    /// 0 before the first start, then constant.
    std::uint16_t port() const { return port_; }
    /// The port with TLS (secureClientPort), another than port(); 0 if there is none.
    std::uint16_t secure_port() const { return secure_port_; }
    /// "127.0.0.1:port".
    std::string hosts() const;
    /// Sends a four-letter word and returns the answer; empty if there is none within 5 seconds.
    std::string four_letter_word(std::string_view command) const;
    /// The last `bytes` bytes of the log, which all starts share.
    std::string log_tail(std::size_t bytes = 4000) const;

private:
    bool serving() const;
    void choose_ports();
    void launch();

    ApacheOptions options_;
    std::filesystem::path directory_;
    ApacheProcess process_;
    std::uint16_t port_ = 0;
    std::uint16_t secure_port_ = 0;
    pid_t owner_;
};

}  // namespace kazoo::testing_support
