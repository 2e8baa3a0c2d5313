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

/// What a test wants different from the common configuration (tests/support/zoo.cfg).
struct ApacheOptions {
    /// Lines appended to the configuration; a later line overrides an earlier one.
    std::vector<std::string> config_lines;
    /// "name=value" each, handed to the JVM as -Dname=value.
    std::vector<std::string> system_properties;
    /// How long start() and restart() wait for the server to serve.
    std::chrono::milliseconds ready_limit{60'000};
};

/// An Apache ZooKeeper, standalone, on a port of 127.0.0.1 and a data directory of its own.
///
/// Not started by the constructor. Every function may be called from any thread, one at a time.
/// Failures throw std::runtime_error with the end of the server's log. The server ends with this
/// object and, should the process be killed, with the process.
class ApacheServer {
public:
    explicit ApacheServer(ApacheOptions options = {});
    ~ApacheServer();
    ApacheServer(const ApacheServer&) = delete;
    ApacheServer& operator=(const ApacheServer&) = delete;

    /// Starts the server and returns once it serves requests. No effect when it runs.
    void start();
    /// SIGTERM, then waits for its end. Clients see the connection close.
    void stop();
    /// SIGKILL, then waits for its end.
    void kill9();
    /// kill9() when it still runs, then a start on the same port and the same data.
    void restart();
    /// Freezes the server: connections stay open, nothing is answered. Returns once it stands.
    void pause();
    void resume();

    bool running() const { return process_.running(); }
    pid_t pid() const { return process_.pid(); }
    /// 0 before the first start, then the same for the life of this object.
    std::uint16_t port() const { return port_; }
    /// "127.0.0.1:port".
    std::string hosts() const;
    /// The answer to "srvr", "mntr", "cons", ...; empty when there is none within 5 seconds.
    std::string four_letter_word(std::string_view command) const;
    /// The last `bytes` bytes of what the server logged, over all its starts.
    std::string log_tail(std::size_t bytes = 4000) const;

private:
    bool serving() const;
    void launch();

    ApacheOptions options_;
    std::filesystem::path directory_;
    ApacheProcess process_;
    std::uint16_t port_ = 0;
    pid_t owner_;
};

}  // namespace kazoo::testing_support
