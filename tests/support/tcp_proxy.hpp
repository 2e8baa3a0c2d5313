#pragma once

#include "support/tcp_socket.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kazoo::testing_support {

/// A TCP proxy between clients and one server on 127.0.0.1, with which a test simulates network
/// failures.
///
/// Thread-safe. Functions that change the mode return when the change is in effect: afterwards no
/// byte is forwarded under the old mode.
class TcpProxy {
public:
    explicit TcpProxy(std::uint16_t server_port);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    /// "127.0.0.1:port", for the clients.
    std::string hosts() const { return "127.0.0.1:" + std::to_string(port_); }

    /// Closes all connections and, until `heal`, each new one.
    void cut() { set(Mode::cut); }
    /// Keeps connections open and forwards nothing in either direction.
    void hold() { set(Mode::hold); }
    /// Forwards what clients send and holds back what the server sends.
    void hold_replies() { set(Mode::hold_replies); }
    /// Forwards everything again, first what was held back.
    void heal() { set(Mode::forward); }

    /// Number of connections accepted so far, including those closed at once.
    std::size_t accepted() const;

private:
    enum class Mode { forward, hold_replies, hold, cut };
    struct Pair {
        Descriptor client;
        Descriptor server;
    };

    void set(Mode mode);
    void run();
    void apply();
    void accept();
    bool move(const Descriptor& from, const Descriptor& to);

    Descriptor listener_;
    std::uint16_t port_;
    std::uint16_t server_port_;
    Signal changed_;

    mutable std::mutex mutex_;  // guards the next group
    std::condition_variable applied_;
    Mode wanted_ = Mode::forward;
    Mode mode_ = Mode::forward;  // written by the thread only, which reads it without the mutex
    bool ending_ = false;
    std::size_t accepted_ = 0;

    std::vector<Pair> pairs_;  // used on the thread only
    std::thread thread_;
};

}  // namespace kazoo::testing_support
