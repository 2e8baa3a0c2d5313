// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/monitoring/statistics.hpp"
#include "server/rules/time.hpp"
#include "server/sasl/sasl_users.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace kazoo::server {

/// Settings of one server.
struct ServerNodeOptions {
    /// The longest request, without its length prefix; the default of Apache's jute.maxbuffer. A
    /// longer one closes the connection.
    std::size_t max_frame = 0xfffff;
    /// Limits on the bytes of unsent output and of unhandled input of a connection, each. Beyond
    /// `pause_output` the connection is not read, and with so much unsent output no request of it
    /// is handled; beyond `max_output` it is closed.
    std::size_t pause_output = 1u << 20;
    std::size_t max_output = 64u << 20;
    std::size_t max_connections = 0;                // 0: no limit
    Milliseconds handshake_timeout{10'000};         // until the ConnectRequest has been received
    std::string client_address = "127.0.0.1:2181";  // in the answers to `conf` and `envi`
    /// A server of an ensemble: applies transactions to a tree of its own, which may lag, instead
    /// of reading Database's. Must be constructed before Database's first transaction, because that
    /// tree starts empty.
    bool replica = false;
    /// As Apache's followers, does not tell the leader (Database) of a session that sends requests
    /// until it is asked to: see ServerNode::take_heard(). Handshakes need the leader anyway.
    bool reports_sessions = false;
    std::string mode;            // in `srvr`; empty: "follower" for a replica, else "standalone"
    std::int64_t server_id = 0;  // in `conf`; 0 for a standalone server
    /// Apache's server closes the connection of a session as soon as a handshake asks for the
    /// session, before it checks the password; true emulates that. By default only a handshake with
    /// the right password disconnects the owner.
    bool takeover_closes_first = false;
    /// The users of SASL; null: SASL is not configured.
    std::shared_ptr<const SaslUsers> sasl_users;
    /// The one of them who may do everything (Apache's zookeeper.superUser); empty: none.
    std::string sasl_super_user;
    /// Whether a connection must authenticate by SASL before anything else (Apache's
    /// sessionRequireClientSASLAuth).
    bool require_sasl = false;
    /// Fills its argument with random bytes for nonces; returns false if there are none. If null,
    /// nonces follow from the ids of connections and can be predicted.
    bool (*fill_with_random)(std::span<std::byte>) noexcept = nullptr;
    /// A connection's turn ends after this many requests or bytes of output, whichever comes first.
    /// Its further requests wait for `next_turn`; so do all requests of a connection whose last
    /// turn reached `turn_output`. 0: no limit.
    std::size_t turn_requests = 0;
    std::size_t turn_output = 0;
    /// Returns the current steady time, to measure latencies: `now` of an input is the time at
    /// which it began. If null, inputs take no time.
    SteadyTime (*steady_now)() noexcept = nullptr;
    /// Returns the figures of the process for `mntr`; may be null.
    ProcessInfo (*process)() noexcept = nullptr;
};

}  // namespace kazoo::server
