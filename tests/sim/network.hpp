// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/endpoint.hpp"
#include "connection.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kazoo::sim {

/// Listens at an address.
class Acceptor {
public:
    virtual ~Acceptor() = default;
    [[nodiscard]] virtual Process& process() = 0;
    enum class Answer { accepts, refuses, silent };
    [[nodiscard]] virtual Answer answer() const = 0;
    /// Called in the acceptor's process, possibly after it has stopped listening.
    virtual void accept(std::size_t client, std::shared_ptr<Connection> connection) = 0;
};

/// Clients, servers, and a link between each client and each server. Servers have the addresses
/// 10.0.0.1, 10.0.0.2 and so on, and port 2181.
class Network {
public:
    Network(Simulator& simulator, std::size_t clients, std::vector<Acceptor*> servers);

    [[nodiscard]] static std::string hosts(std::size_t servers);
    [[nodiscard]] std::size_t clients() const noexcept { return clients_; }
    [[nodiscard]] std::size_t servers() const noexcept { return servers_.size(); }
    [[nodiscard]] Link& link(std::size_t client, std::size_t server) {
        return links_[client * servers_.size() + server];
    }

    /// Starts a connection attempt. `socket` gets on_open or on_end, or neither if the attempt
    /// never completes.
    std::shared_ptr<Connection> connect(
        std::size_t client,
        Process& process,
        const base::Endpoint& to,
        const std::shared_ptr<Socket>& socket
    );
    /// Connections that at least one side still holds.
    [[nodiscard]] std::vector<std::shared_ptr<Connection>> connections();
    /// Number of connections that this client has not closed.
    [[nodiscard]] std::size_t open_of(std::size_t client);
    /// Unblocks all links.
    void heal();

private:
    struct Known {
        std::size_t client;
        std::weak_ptr<Connection> connection;
    };
    struct Dial {
        std::size_t client;
        Acceptor* server;
        Link* link;
        Process* process;
        std::shared_ptr<Socket> socket;
        std::shared_ptr<Connection> connection;
    };
    void knock(const Dial& dial);

    Simulator& simulator_;
    const std::size_t clients_;
    const std::vector<Acceptor*> servers_;
    std::vector<Link> links_;
    std::vector<Known> known_;
    std::size_t last_number_ = 0;
};

}  // namespace kazoo::sim
