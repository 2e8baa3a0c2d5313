// SPDX-License-Identifier: Apache-2.0
#include "sim_transport.hpp"

#include "codec/opcode.hpp"
#include "frame_tap.hpp"

#include <utility>

namespace kazoo::sim {

/// One connection from its attempt to its end; calls nothing after close().
class SimTransport::Wire final : public Socket, public std::enable_shared_from_this<Wire> {
public:
    /// `cadence` is null unless this is the connection of a session.
    Wire(
        ClientHost& host,
        std::uint64_t attempt,
        std::weak_ptr<transport::Sink> sink,
        std::shared_ptr<Cadence> cadence
    )
        : host_(host), attempt_(attempt), sink_(std::move(sink)), cadence_(std::move(cadence)) {}

    void connect(const base::Endpoint& endpoint) {
        if (cadence_) {
            cadence_->on_attempt(now());
            ++host_.attempts;
        }
        connection_ =
            host_.network.connect(host_.number, host_.process, endpoint, shared_from_this());
    }

    /// Returns whether all has been written, as for Transport::send.
    bool send(const base::Buffer& bytes) {
        if (cadence_) {
            cadence_->on_send(now());
            out_.feed(bytes.span(), [&](auto frame, std::size_t) { sent_frame(frame); });
        }
        connection_->send(Side::client, host_.defect_injector.requests(bytes.span()).span());
        return writes_at_once_;
    }

    void close() {
        if (std::exchange(closed_, true)) {
            return;
        }
        host_.process.note(connection_->name(), "is closed by the client");
        connection_->close(Side::client);
        over();
    }

private:
    void on_open() override {
        host_.process.note(connection_->name(), "is open");
        if (const auto sink = open_sink()) {
            sink->on_connected(attempt_);
        }
    }

    void on_data(std::span<const std::byte> bytes) override {
        const auto sink = open_sink();
        if (!sink) {
            return;
        }
        host_.process.note(connection_->name(), "receives", bytes.size());
        if (cadence_) {
            in_.feed(bytes, [&](auto frame, std::size_t size) { received_frame(frame, size); });
            if (session_ != 0) {  // no session before the handshake reply
                cadence_->on_received(now());
            }
            host_.delivering_session = session_;
        }
        sink->on_bytes(attempt_, bytes);
        host_.delivering_session = 0;
    }

    void on_sent(std::size_t) override {
        if (cadence_ && !closed_) {
            cadence_->on_sent(now());
        }
        const auto sink = open_sink();
        if (sink && !writes_at_once_) {
            sink->on_sent(attempt_);
        }
    }

    void on_end(std::error_code why) override {
        const auto sink = open_sink();
        if (std::exchange(closed_, true)) {
            return;
        }
        host_.process.note(connection_->name(), "ends", why.value());
        over();
        if (sink) {
            sink->on_closed(attempt_, why, {});
        }
    }

    void over() {
        if (cadence_) {
            cadence_->on_end(now());
        }
    }

    void received_frame(std::span<const std::byte> frame, std::size_t size) {
        if (received_++ > 0) {
            return cadence_->on_reply();
        }
        session_ = FrameTap::session_of(frame, size);
        const std::chrono::milliseconds timeout(FrameTap::int_at(frame, 4));
        if (session_ != 0 && timeout.count() > 0) {
            cadence_->on_handshake(timeout, now());
        }
    }

    void sent_frame(std::span<const std::byte> frame) {
        const auto xid = sent_++ > 0 ? FrameTap::int_at(frame, 0) : 0;
        const auto op = xid > 0 ? FrameTap::int_at(frame, 4) : 0;
        if (xid == codec::ping_xid) {
            host_.process.note(connection_->name(), "pings");
            cadence_->on_ping(now());
        } else if (xid == codec::auth_xid || op == static_cast<std::int32_t>(codec::Opcode::sasl)) {
            cadence_->on_auth();
        }
    }

    [[nodiscard]] std::shared_ptr<transport::Sink> open_sink() const {
        return closed_ ? nullptr : sink_.lock();
    }
    [[nodiscard]] TimePoint now() { return host_.process.simulator().now(); }

    ClientHost& host_;
    const std::uint64_t attempt_;
    const std::weak_ptr<transport::Sink> sink_;
    const std::shared_ptr<Cadence> cadence_;
    /// Half of the connections take all bytes at once, the others report later that they have.
    const bool writes_at_once_ = attempt_ % 2 == 0;
    std::shared_ptr<Connection> connection_;
    bool closed_ = false;
    FrameTap in_;
    FrameTap out_;
    std::size_t received_ = 0;
    std::size_t sent_ = 0;
    std::int64_t session_ = 0;
};

SimTransport::SimTransport(
    ClientHost& host, std::shared_ptr<Cadence> cadence, std::weak_ptr<transport::Sink> sink
)
    : host_(host), cadence_(std::move(cadence)), sink_(std::move(sink)) {}

SimTransport::~SimTransport() {
    disconnect();
}

/// Hosts are given as addresses; whether a lookup succeeds and how long it takes is random while
/// names are slow.
void SimTransport::resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) {
    of_driver_ = true;
    auto& simulator = host_.process.simulator();
    Duration delay = 1us;
    std::error_code error;
    if (simulator.now() < host_.slow_names_until) {
        auto& chance = simulator.chance();
        delay = chance.between(10ms, chance.one_in(2) ? Duration(1500ms) : 8000ms);
        if (chance.one_in(4)) {
            error = std::make_error_code(std::errc::host_unreachable);
        }
        host_.process.note("looks up", host, "slowly");
        cadence_->on_slow_name(delay);
    }
    host_.process.after(delay, [sink = sink_, attempt, host, port, error] {
        if (const auto target = sink.lock()) {
            std::vector<base::Endpoint> found;
            if (!error) {
                found.push_back({host, port});
            }
            target->on_resolved(attempt, error, std::move(found));
        }
    });
}

void SimTransport::connect(std::uint64_t attempt, const base::Endpoint& endpoint) {
    disconnect();
    wire_ = std::make_shared<Wire>(host_, attempt, sink_, of_driver_ ? cadence_ : nullptr);
    wire_->connect(endpoint);
}

bool SimTransport::send(base::Buffer& bytes) {
    const auto taken = std::move(bytes);
    bytes.clear();
    if (wire_) {
        return wire_->send(taken);
    }
    return true;
}

void SimTransport::disconnect() {
    if (wire_) {
        std::exchange(wire_, nullptr)->close();
    }
}

}  // namespace kazoo::sim
