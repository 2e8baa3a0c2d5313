// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/loopback.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kazoo::testing_support {

/// A TCP proxy between clients and one server on 127.0.0.1, with which a test breaks the
/// connections of its clients without affecting other clients of the server.
///
/// Thread-safe. Functions that change the mode return when the change is in effect: afterwards no
/// byte is forwarded under the old mode.
class Proxy {
public:
    /// Receives the bytes that clients send, on the proxy's thread, before they are forwarded.
    using Tap = std::function<void(std::string_view)>;

    explicit Proxy(std::uint16_t server_port, Tap tap = {});
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// "127.0.0.1:port", for the clients.
    std::string hosts() const { return "127.0.0.1:" + std::to_string(port_); }

    /// Closes all connections and, until `restore`, each new one.
    void cut() { set(Mode::cut); }
    /// Keeps connections open and accepts new ones, but forwards nothing until `restore`.
    void freeze() { set(Mode::freeze); }
    /// Forwards what clients send and holds back what the server sends.
    void freeze_replies() { set(Mode::freeze_replies); }
    /// Forwards everything again, first what was held back.
    void restore() { set(Mode::forward); }

    /// Number of connections accepted so far, including those closed at once.
    std::size_t accepted() const;

private:
    enum class Mode { forward, freeze_replies, freeze, cut };
    struct Pair {
        Descriptor client;
        Descriptor server;
    };

    void set(Mode mode);
    void run();
    void apply();
    void accept();
    bool move(const Descriptor& from, const Descriptor& to, const Tap& tap = {});

    const Tap tap_;
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
