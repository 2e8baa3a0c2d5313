#pragma once

#include "cluster.hpp"
#include "network.hpp"
#include "sim_client.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace kazoo::sim {

/// What goes wrong around the clients, by chance: in the network, with servers, with processes.
class Faults {
public:
    Faults(
        Simulator& simulator,
        Network& network,
        Cluster& cluster,
        const std::vector<std::unique_ptr<SimClient>>& clients
    );

    /// Begins. Whatever goes wrong is over at `end`, but for connections that nobody knows to be
    /// dead.
    void run_until(TimePoint end);

private:
    void next();
    void one();
    void network();
    void servers();
    void wrong_answers();
    void processes();
    void heal();

    void block_link(std::size_t client, std::size_t server, Duration time);
    void harm_connection();
    /// A time that is over before the end.
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
