#pragma once

#include "history/mix.hpp"
#include "sim_client.hpp"

namespace kazoo::sim {

/// Nodes that are there from the beginning.
void plant_roots(Cluster& cluster);

/// What a program does with its client, now and then, by chance: calls of all kinds, alone, in
/// callbacks, in coroutines, tried again; stops and new starts. Paths are few, so that programs
/// meet.
class Workload {
public:
    explicit Workload(SimClient& client);

    /// Begins, and goes on until `end`.
    void run_until(TimePoint end);
    /// From now on nobody stops.
    void calm_down() { lives_ = false; }

private:
    void tick(TimePoint end);
    void life();
    void stop();
    void end_client(bool destroy);
    void start_later();
    void one_call();
    void watch_and_link();
    void many_steps();

    SimClient& client_;
    history::Mix<Chance> mix_;
    bool lives_ = true;
};

}  // namespace kazoo::sim
