// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/cadence.hpp"
#include "defect_injector.hpp"
#include "network.hpp"
#include "transport/transport.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::sim {

/// A client's machine: its process, its network, and what is observed there.
struct ClientHost {
    Process& process;
    Network& network;
    const std::size_t number;
    DefectInjector& defect_injector;
    /// Belongs to the latest client; each client has one of its own.
    std::shared_ptr<Cadence> cadence;
    /// Until then lookups are slow and often fail.
    TimePoint slow_names_until{};
    /// Session of the connection whose bytes are being delivered; 0 at other times.
    std::int64_t delivering_session = 0;
    /// Attempts to connect, of all clients so far.
    std::uint64_t attempts = 0;
};

/// Replaces TcpTransport in the simulation.
class SimTransport final : public transport::Transport {
public:
    SimTransport(
        ClientHost& host, std::shared_ptr<Cadence> cadence, std::weak_ptr<transport::Sink> sink
    );
    ~SimTransport() override;

    void resolve(std::uint64_t attempt, const std::string& host, std::uint16_t port) override;
    void connect(std::uint64_t attempt, const base::Endpoint& endpoint) override;
    [[nodiscard]] bool send(base::Buffer& bytes) override;
    void disconnect() override;

private:
    class Wire;

    ClientHost& host_;
    const std::shared_ptr<Cadence> cadence_;
    std::weak_ptr<transport::Sink> sink_;
    std::shared_ptr<Wire> wire_;
    bool of_driver_ = false;  // false for a four-letter word, which looks up no name
};

}  // namespace kazoo::sim
