// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/op_generator.hpp"
#include "sim_client.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace kazoo::sim {

/// Creates the nodes that exist from the start, below the chroot of the clients.
void plant_roots(Cluster& cluster, const std::string& chroot);

/// The random activity of one program: calls of all kinds, alone, from callbacks, in coroutines and
/// with retries; stops and restarts. Few paths are used, so that programs conflict.
class Workload {
public:
    explicit Workload(SimClient& client);

    /// Starts, and continues until `end`.
    void run_until(TimePoint end);
    /// The client has other work as well: makes fewer calls, and does not hand its session over.
    void make_room() {
        has_room_ = true;
        keep_sessions();
    }
    /// The client does not hand its session over, with which it would leave ephemeral nodes and
    /// watches of recipes without an owner.
    void keep_sessions() { keeps_sessions_ = true; }
    /// From now on the client is neither stopped nor restarted.
    void stop_restarting() { restarts_enabled_ = false; }

private:
    void tick(TimePoint end);
    void life();
    void stop();
    void hand_over();
    void end_client(bool destroy);
    void start_later();
    void start_later(Duration pause);
    void follow();
    void one_call();
    void lasting_watch();
    void watch_and_link();
    void many_steps();
    void consistent_read();
    void clean_up();
    void hold_nodes();
    void delete_guaranteed();

    SimClient& client_;
    history::OpGenerator<Chance> op_generator_;
    std::map<std::string, std::int64_t> czxids_;  // of nodes that have been read, by path
    bool restarts_enabled_ = true;
    bool has_room_ = false;
    bool keeps_sessions_ = false;
};

}  // namespace kazoo::sim
