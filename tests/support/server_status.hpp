// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kazoo::testing_support {

/// What an Apache ZooKeeper server answers to "srvr".
struct ServerStatus {
    std::string mode;  ///< "leader", "follower", "read-only", ...; empty if it does not serve
    std::int64_t zxid = 0;
};

/// Asks a server. A step that takes longer than `limit` counts as no answer.
[[nodiscard]] ServerStatus server_status(
    const std::string& address, std::uint16_t port, std::chrono::milliseconds limit
);

/// Returns whether all of them serve requests and one is the leader.
[[nodiscard]] bool all_serve(const std::vector<ServerStatus>& servers);
/// Returns the last transaction of all servers; nullopt if they differ or one does not serve.
[[nodiscard]] std::optional<std::int64_t> common_zxid(const std::vector<ServerStatus>& servers);

/// Polls `holds` until it is true or `limit` has passed, with pauses, because each status request
/// loads the servers. Returns its last value.
template <class Predicate>
bool poll_until(std::chrono::milliseconds limit, Predicate holds) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

}  // namespace kazoo::testing_support
