// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/member/server_node.hpp"

#include <cstdint>
#include <optional>
#include <set>

namespace kazoo::sim {

class Cluster;

/// Tells the leader of the sessions that a follower has heard from, when the leader asks. Its
/// question and the answer keep their places between what else the two send each other: the
/// question waits behind transactions that the follower has not applied, and the answer waits while
/// the leader cannot be reached.
class SessionReport {
public:
    SessionReport(Cluster& cluster, server::ServerNode& follower)
        : cluster_(cluster), follower_(follower) {}

    void asked();
    /// The follower has caught up, or reaches the leader again.
    void look();
    /// The follower has crashed.
    void forget();

private:
    Cluster& cluster_;
    server::ServerNode& follower_;
    std::optional<std::int64_t> question_;  // waits until this zxid is applied
    std::set<std::int64_t> answer_;         // on its way to the leader
};

}  // namespace kazoo::sim
