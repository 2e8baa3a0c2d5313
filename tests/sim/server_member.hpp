// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "defect_injector.hpp"
#include "history.hpp"
#include "history/chronicle.hpp"
#include "network.hpp"
#include "server/member/server_node.hpp"
#include "session_report.hpp"

#include <map>
#include <memory>
#include <vector>

namespace kazoo::sim {

class Cluster;

/// One embedded server without its sockets, in a simulated process.
class ServerMember final : public Acceptor {
public:
    ServerMember(Cluster& cluster, std::size_t number, bool replica);
    ~ServerMember() override;

    [[nodiscard]] Process& process() override { return process_; }
    [[nodiscard]] Answer answer() const override { return answer_; }
    void accept(std::size_t client, std::shared_ptr<Connection> connection) override;

    /// Ends all connections: with a reset that clients see at once, or silently, like a machine
    /// that lost its power.
    void crash(bool loses_power);
    void restart();
    [[nodiscard]] bool up() const noexcept { return answer_ == Answer::accepts; }
    [[nodiscard]] server::ServerNode& member() noexcept { return member_; }
    [[nodiscard]] server::FaultTable& faults() noexcept { return member_.faults(); }
    void faults_changed();

    // For the cluster.

    /// Sends pending output; returns false if there was none.
    bool serve_touched();
    void on_time();
    /// The leader asks which sessions the server has heard from.
    void ask_for_report();

private:
    class Client;

    void close(server::ConnectionId id);

    Cluster& cluster_;
    Process process_;
    server::ServerNode member_;
    SessionReport report_;
    Answer answer_ = Answer::accepts;
    std::map<server::ConnectionId, std::shared_ptr<Client>> clients_;
};

}  // namespace kazoo::sim
