// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <utility>

namespace kazoo::sim {
namespace {

constexpr std::string_view address_prefix = "10.0.0.";
constexpr auto syn_again = 1s;

}  // namespace

Network::Network(Simulator& simulator, std::size_t clients, std::vector<Acceptor*> servers)
    : simulator_(simulator),
      clients_(clients),
      servers_(std::move(servers)),
      links_(clients * servers_.size()) {
    auto& chance = simulator_.chance();
    for (auto& link : links_) {
        link.latency = chance.between(50us, 3ms);
        link.jitter = chance.between(10us, 3ms);
    }
}

std::string Network::hosts(std::size_t servers) {
    std::string text;
    for (std::size_t i = 1; i <= servers; ++i) {
        text += (i == 1 ? "" : ",") + std::string(address_prefix) + std::to_string(i) + ":2181";
    }
    return text;
}

std::shared_ptr<Connection> Network::connect(
    std::size_t client,
    Process& process,
    const base::Endpoint& to,
    const std::shared_ptr<Socket>& socket
) {
    const auto server = std::stoul(to.address.substr(address_prefix.size())) - 1;
    auto& between = link(client, server);
    auto connection = std::make_shared<Connection>(
        simulator_, between, process.name() + "#" + std::to_string(++last_number_)
    );
    connection->attach(Side::client, process, socket);
    std::erase_if(known_, [](const Known& known) { return known.connection.expired(); });
    known_.push_back({client, connection});
    simulator_.note(connection->name(), "connects to", to.address);
    knock({client, servers_[server], &between, &process, socket, connection});
    return connection;
}

void Network::knock(const Dial& dial) {
    const auto out = dial.connection->arrival(Side::client);
    simulator_.at(out, [this, dial] {
        if (dial.connection->closed(Side::client)) {
            return;
        }
        const auto now = simulator_.now();
        const bool blocked = dial.link->blocked_until[0] > now || dial.link->blocked_until[1] > now;
        const auto answer = dial.server->answer();
        if (blocked || answer == Acceptor::Answer::silent) {
            return simulator_.after(syn_again, [this, dial] { knock(dial); });
        }
        const auto back = dial.connection->arrival(Side::server);
        if (answer == Acceptor::Answer::refuses) {
            return dial.process->at(back, [dial] {
                if (!dial.connection->closed(Side::client)) {
                    dial.connection->close(Side::client);
                    dial.socket->on_end(std::make_error_code(std::errc::connection_refused));
                }
            });
        }
        dial.server->process().at(now, [dial] {
            dial.server->accept(dial.client, dial.connection);
        });
        dial.process->at(back, [dial] {
            if (!dial.connection->closed(Side::client)) {
                dial.socket->on_open();
            }
        });
    });
}

std::vector<std::shared_ptr<Connection>> Network::connections() {
    std::vector<std::shared_ptr<Connection>> all;
    for (const auto& known : known_) {
        if (auto connection = known.connection.lock()) {
            all.push_back(std::move(connection));
        }
    }
    return all;
}

std::size_t Network::open_of(std::size_t client) {
    std::size_t open = 0;
    for (const auto& known : known_) {
        const auto connection = known.connection.lock();
        open += connection && known.client == client && !connection->closed(Side::client);
    }
    return open;
}

void Network::heal() {
    for (auto& link : links_) {
        link.blocked_until = {};
    }
}

}  // namespace kazoo::sim
