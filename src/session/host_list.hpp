// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/endpoint.hpp"
#include "values/random.hpp"

#include <kazoo/hosts.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace kazoo::session {

using base::Endpoint;

/// Decides which host is tried next. Hosts are tried in rounds, in each round in a new random order
/// (kazoo's `randomize_hosts`) or always in the given one. In both cases a host whose connection
/// was lost is tried after the others, and hosts that did not answer come last of all.
class HostList {
public:
    HostList(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed);

    /// Returns the next host, and begins a new round after the last one. There must be hosts. The
    /// reference is valid until `set_hosts`.
    const HostPort& next();
    /// Sorts the addresses of one host into the order in which to try them: a single name may stand
    /// for the whole ensemble.
    void arrange(std::vector<Endpoint>& endpoints);
    /// How an attempt or a connection has failed.
    enum class Failure {
        closed,  ///< by the server or its host, which therefore answers
        silent   ///< by a timeout: trying it again costs time
    };
    /// Puts this host, and this address of it, last in the next round.
    void put_last(const HostPort& host, const Endpoint& endpoint, Failure failure);
    /// Returns whether all hosts of the round have been tried.
    [[nodiscard]] bool round_over() const { return turn_ == hosts_.size(); }
    /// Returns the number of hosts left in the round, not counting silent ones while there are
    /// others.
    [[nodiscard]] std::size_t to_try() const;
    /// Makes the next call of `next` begin a new round.
    void begin_round();

    /// Replaces the hosts and begins a new round. The first round follows `first_order`, which
    /// contains each index of `hosts` once, unless it is empty.
    void set_hosts(
        std::vector<HostPort> hosts, bool randomize, std::vector<std::size_t> first_order = {}
    );
    [[nodiscard]] std::size_t size() const { return hosts_.size(); }
    [[nodiscard]] const std::vector<HostPort>& hosts() const { return hosts_; }
    [[nodiscard]] bool randomizes() const { return randomize_; }

private:
    void start_round();

    std::vector<HostPort> hosts_;
    bool randomize_;
    base::Random random_;
    std::vector<std::size_t> order_;  // a permutation of the indices of hosts_, for this round
    std::vector<std::size_t> first_order_;  // of the next round; empty: no order is prescribed
    std::size_t turn_;                      // index in order_ of the next host
    std::size_t first_silent_;              // order_ from here on: hosts that were silent
    std::vector<std::pair<HostPort, Failure>> last_hosts_;  // failed in this round
    std::vector<Endpoint> last_endpoints_;                  // failed in the round before
    std::vector<Endpoint> next_last_endpoints_;             // failed in this round
};

}  // namespace kazoo::session
