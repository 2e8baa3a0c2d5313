// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"

#include <kazoo/hosts.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace bench {

/// What a client has sent and received through a Relay since Relay::restore.
struct Traffic {
    /// Without the connect requests and pings.
    std::map<kazoo::codec::Opcode, std::size_t> requests;
    std::size_t bytes = 0;                  ///< received from the server
    std::chrono::duration<double> time{0};  ///< from Relay::restore to the last message

    [[nodiscard]] std::size_t total() const;
};

/// Passes messages on between one client and a server, counts them, and can interrupt the
/// connection.
class Relay {
public:
    /// Listens on a free port of 127.0.0.1. Throws std::system_error.
    explicit Relay(kazoo::HostPort server);
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    ~Relay();

    /// Returns the address to which the client connects, as "host:port".
    [[nodiscard]] const std::string& hosts() const { return hosts_; }

    /// Closes the connection, waits for its end, and accepts none until restore().
    void interrupt();
    /// Accepts a connection again, and sets the counters to zero.
    void restore();
    /// Waits until the client has sent a request since restore(), all requests are answered, and
    /// no message has followed for a time of `silence`. Returns the counters. Throws
    /// std::runtime_error if that takes too long.
    [[nodiscard]] Traffic settled(std::chrono::duration<double> silence);

private:
    using Clock = std::chrono::steady_clock;
    enum class To { client, server };

    void serve();
    void connect(int client);
    void pass_on(int from, int to, To direction);
    void count(std::string_view message, To direction);
    void shut_down(bool stop);

    kazoo::HostPort server_;
    std::string hosts_;
    int listener_ = -1;

    std::mutex mutex_;  // guards the members below, except for the thread
    bool stopping_ = false;
    bool interrupted_ = false;
    int client_ = -1;  // the sockets of the connection; -1: there is none
    int upstream_ = -1;
    Clock::time_point restored_;
    Clock::time_point last_;
    std::ptrdiff_t unanswered_ = 0;
    Traffic traffic_;

    std::thread thread_;
};

}  // namespace bench
