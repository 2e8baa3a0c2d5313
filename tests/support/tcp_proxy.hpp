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

/// A network between clients and one server on 127.0.0.1 that a test can break and mend.
///
/// Every function may be called from any thread. One that changes something returns when the
/// change is in effect: not a byte is forwarded otherwise afterwards.
class TcpProxy {
public:
    explicit TcpProxy(std::uint16_t server_port);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    /// "127.0.0.1:port" for the clients.
    std::string hosts() const { return "127.0.0.1:" + std::to_string(port_); }

    /// Ends all connections and, until `heal`, every new one at once.
    void cut() { set(Mode::cut); }
    /// Keeps connections open and moves nothing in either direction.
    void hold() { set(Mode::hold); }
    /// Moves what clients send, and holds back what the server answers.
    void hold_replies() { set(Mode::hold_replies); }
    /// Everything flows again; what was held back comes first.
    void heal() { set(Mode::forward); }

    /// Connections accepted from clients so far, those ended at once included.
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

    mutable std::mutex mutex_;
    std::condition_variable applied_;
    Mode wanted_ = Mode::forward;
    Mode mode_ = Mode::forward;  // written by the thread, under the mutex
    bool ending_ = false;
    std::size_t accepted_ = 0;

    std::vector<Pair> pairs_;  // of the thread alone
    std::thread thread_;
};

}  // namespace kazoo::testing_support
