// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wires.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// One fault and its duration.
struct Disturbance {
    enum class Kind {
        kill_leader,  ///< SIGKILL; restarted at the end
        kill_server,
        pause_leader,  ///< SIGSTOP
        pause_server,
        kill_contender,  ///< SIGKILL; started again at the end
        pause_contender,
        isolate_leader,  ///< from the other servers; clients still reach it
        isolate_server,
        leave_with_minority,  ///< cuts off a server together with one client
        cut_client,           ///< from all servers
        cut_one_way,          ///< frames from a client or server are lost; it still receives
        slow_wires,           ///< delay, jitter and a low rate on all wires of a machine
        lossy_wires
    };
    Kind kind{};
    std::chrono::milliseconds at{0};  ///< from the start of the run
    std::chrono::milliseconds lasting{0};
    std::size_t server = 0;
    std::size_t client = 0;  ///< also the contender
    bool of_client = false;  ///< if either is possible: the client's wires
    Wire wire;               ///< the properties of slow and lossy wires
};
inline constexpr int disturbance_kinds = static_cast<int>(Disturbance::Kind::lossy_wires) + 1;

[[nodiscard]] const char* to_string(Disturbance::Kind kind) noexcept;
[[nodiscard]] std::string describe(const Disturbance& disturbance);
/// True for faults of the process of a server.
[[nodiscard]] constexpr bool is_of_server_process(Disturbance::Kind kind) noexcept {
    return kind <= Disturbance::Kind::pause_server;
}
/// True for faults of the process of a contender.
[[nodiscard]] constexpr bool is_of_contender(Disturbance::Kind kind) noexcept {
    return kind == Disturbance::Kind::kill_contender || kind == Disturbance::Kind::pause_contender;
}
/// True if both are faults of the same process.
[[nodiscard]] bool are_of_same_process(const Disturbance& one, const Disturbance& other) noexcept;
/// True if the victim is the leader at the start of the fault.
[[nodiscard]] bool targets_leader(Disturbance::Kind kind) noexcept;

/// Derives the faults of a run from its seed: in the order of their starts, all over by `length`.
[[nodiscard]] std::vector<Disturbance> make_plan(
    std::uint64_t seed, std::chrono::milliseconds length, std::size_t servers, std::size_t clients
);

/// An endpoint of the network.
struct Station {
    enum class Kind { server, client, observer };
    Kind kind{};
    std::size_t number = 0;
    bool operator==(const Station&) const = default;
};

/// The wire between two stations while these disturbances are active.
[[nodiscard]] Wire wire_between(
    const Station& from, const Station& to, const std::vector<Disturbance>& going_on
);

}  // namespace kazoo::chaos
