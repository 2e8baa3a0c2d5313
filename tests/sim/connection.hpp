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

/// What is between a client and a server, the same for all their connections.
struct Link {
    Duration latency = 1ms;
    Duration jitter = 1ms;
    /// Nothing passes before, in either direction: from the client, to the client.
    std::array<TimePoint, 2> blocked_until{};
};

enum class Side : std::size_t { client, server };

[[nodiscard]] constexpr Side other(Side side) noexcept {
    return side == Side::client ? Side::server : Side::client;
}

/// Whoever uses one side of a connection. Called in its process, never from inside a call to the
/// connection.
class Socket {
public:
    virtual ~Socket() = default;
    /// The server is reached (of clients only).
    virtual void on_open() {}
    virtual void on_data(std::span<const std::byte> bytes) = 0;
    /// The system has taken what was sent.
    virtual void on_sent(std::size_t bytes) = 0;
    /// Nothing more comes, and nothing more goes. The last call.
    virtual void on_end(std::error_code why) = 0;
};

/// One TCP connection: two streams of bytes that arrive in order or not at all, in other pieces
/// than they were sent, as late as the link likes.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Simulator& simulator, Link& link, std::string name);

    void attach(Side side, Process& process, std::weak_ptr<Socket> socket);
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] bool closed(Side side) const noexcept { return end(side).closed; }

    void send(Side from, std::span<const std::byte> bytes);
    /// What was sent still arrives, then its end. The side is told nothing more.
    void close(Side from);

    /// Tells both sides, each in its time, that it is broken. What is under way is lost.
    void reset();
    /// From now on nothing arrives in this direction any more, and nobody is told.
    void swallow(Side from);
    /// The side is gone without a word; the other learns of it when it sends something.
    void vanish(Side side);

    /// When something sent now arrives, if it does.
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
        std::deque<Segment> under_way;  // from here
        TimePoint last_arrival;
    };

    End& end(Side side) noexcept { return ends_[static_cast<std::size_t>(side)]; }
    const End& end(Side side) const noexcept { return ends_[static_cast<std::size_t>(side)]; }
    void queue(Side from, Segment segment);
    void deliver(Side from);
    void hand_over(Side to, Segment segment);
    void tell_end(Side side, std::error_code why, TimePoint when);

    Simulator& simulator_;
    Link& link_;
    const std::string name_;
    std::array<End, 2> ends_;
};

}  // namespace kazoo::sim
