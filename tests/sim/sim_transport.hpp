#pragma once

#include "checks/cadence.hpp"
#include "mischief.hpp"
#include "network.hpp"
#include "transport/transport.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::sim {

/// A client's machine: its process and its way to the network, and what is seen there.
struct ClientHost {
    Process& process;
    Network& network;
    const std::size_t number;
    Mischief& mischief;
    /// Of the client that is made now, or was made last: each has one of its own.
    std::shared_ptr<Cadence> cadence;
    /// Until then its resolver is slow, and often knows nothing.
    TimePoint slow_names_until{};
    /// Of the connection whose bytes are being handed over just now; 0 at other times.
    std::int64_t delivering_session = 0;
};

/// TcpTransport's place in the simulation.
class SimTransport final : public transport::Transport {
public:
    SimTransport(
        ClientHost& host, std::shared_ptr<Cadence> cadence, std::weak_ptr<transport::Sink> sink
    );
    ~SimTransport() override;

    void resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) override;
    void connect(std::uint64_t attempt, const base::Endpoint& endpoint) override;
    void send(base::Buffer& bytes) override;
    void disconnect() override;

private:
    class Wire;

    ClientHost& host_;
    const std::shared_ptr<Cadence> cadence_;
    std::weak_ptr<transport::Sink> sink_;
    std::shared_ptr<Wire> wire_;
    bool of_driver_ = false;  // and not of a four-letter word, which looks nothing up
};

}  // namespace kazoo::sim
