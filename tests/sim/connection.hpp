// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "process.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace kazoo::sim {

/// The path between a client and a server; all their connections share it.
struct Link {
    Duration latency = 1ms;
    Duration jitter = 1ms;
    /// Nothing is delivered before these times: [0] from the client, [1] to the client.
    std::array<TimePoint, 2> blocked_until{};
};

enum class Side : std::size_t { client, server };

[[nodiscard]] constexpr Side other(Side side) noexcept {
    return side == Side::client ? Side::server : Side::client;
}

/// The user of one side of a connection. Its functions are called in its process, never from inside
/// a call to the connection.
class Socket {
public:
    virtual ~Socket() = default;
    /// The connection is established (client side only).
    virtual void on_open() {}
    virtual void on_data(std::span<const std::byte> bytes) = 0;
    /// The system has accepted the bytes that were sent.
    virtual void on_sent(std::size_t bytes) = 0;
    /// The connection has ended in both directions. The last call.
    virtual void on_end(std::error_code why) = 0;
};

/// One TCP connection: two byte streams, delivered in order or lost, split and joined at random,
/// with the latency of the link.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Simulator& simulator, Link& link, std::string name);

    void attach(Side side, Process& process, std::weak_ptr<Socket> socket);
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] bool closed(Side side) const noexcept { return end(side).closed; }

    void send(Side from, std::span<const std::byte> bytes);
    /// Delivers what was sent, then the end of the stream. This side gets no further calls.
    void close(Side from);

    /// Breaks the connection: both sides get on_end after the link's latency, and bytes in flight
    /// are lost.
    void reset();
    /// Drops everything in this direction from now on; neither side is notified.
    void swallow(Side from);
    /// This side disappears without an end of stream; the other side finds out only when it sends.
    void vanish(Side side);

    /// When something sent now would arrive.
    [[nodiscard]] TimePoint arrival(Side from);

private:
    struct Segment {
        std::string bytes;
        bool last = false;
    };
    struct End {
        Process* process = nullptr;
        std::weak_ptr<Socket> socket;
        bool closed = false;
        bool swallowing = false;
        std::deque<Segment> under_way;  // bytes in flight from this side
        TimePoint last_arrival;
    };

    End& end(Side side) noexcept { return ends_[static_cast<std::size_t>(side)]; }
    const End& end(Side side) const noexcept { return ends_[static_cast<std::size_t>(side)]; }
    void queue(Side from, Segment segment);
    void deliver(Side from);
    void hand_over(Side to, Segment segment);
    void notify_end(Side side, std::error_code why, TimePoint when);

    Simulator& simulator_;
    Link& link_;
    const std::string name_;
    std::array<End, 2> ends_;
};

}  // namespace kazoo::sim
