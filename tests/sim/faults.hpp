// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster.hpp"
#include "network.hpp"
#include "sim_client.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace kazoo::sim {

/// Random faults around the clients: in the network, in servers, and in the clients' processes.
class Faults {
public:
    Faults(
        Simulator& simulator,
        Network& network,
        Cluster& cluster,
        const std::vector<std::unique_ptr<SimClient>>& clients
    );

    /// Starts. All faults end by `end`, except that swallowed connections stay dead without either
    /// side being notified.
    void run_until(TimePoint end);

private:
    void next();
    void one();
    void network();
    void servers();
    void part_from_leader();
    void faulty_replies();
    void processes();
    void heal();

    void block_link(std::size_t client, std::size_t server, Duration time);
    void break_connection();
    /// A random duration, limited to the time that remains.
    [[nodiscard]] Duration lasting(Duration shortest, Duration longest);
    void later(Duration pause, std::function<void()> what);

    Simulator& simulator_;
    Network& network_;
    Cluster& cluster_;
    const std::vector<std::unique_ptr<SimClient>>& clients_;
    TimePoint end_;
    Duration rhythm_;
};

}  // namespace kazoo::sim
