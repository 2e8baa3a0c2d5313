#pragma once

#include "base/endpoint.hpp"
#include "base/random.hpp"

#include <kazoo/hosts.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace kazoo::session {

using base::Endpoint;

/// Whose turn it is. Hosts are tried in rounds, each round in a new random order (kazoo's
/// `randomize_hosts`) or always in the given one. In both cases the host whose connection was lost
/// is tried after the others, and hosts that were silent come last of all.
class HostList {
public:
    HostList(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed);

    /// The next host; begins a new round after the last. There must be hosts.
    const HostPort& next();
    /// Puts the addresses of one host in the order in which to try them: one name may stand for
    /// the whole ensemble.
    void arrange(std::vector<Endpoint>& endpoints);
    /// How an attempt or a connection came to nothing.
    enum class Failure {
        closed,  ///< the server, or its system, is there
        silent   ///< nobody answers, and waiting for that takes time
    };
    /// This host, and this address of it, come last in the next round.
    void put_last(const HostPort& host, const Endpoint& endpoint, Failure failure);
    /// All hosts of the round have had their turn.
    [[nodiscard]] bool round_over() const { return turn_ == hosts_.size(); }
    /// Hosts that still have their turn, without silent ones as long as there are others.
    [[nodiscard]] std::size_t to_try() const;
    /// Begins a new round with the next turn: the present server is known to be good.
    void begin_round();

    void set_hosts(std::vector<HostPort> hosts, bool randomize);
    [[nodiscard]] std::size_t size() const { return hosts_.size(); }

private:
    void start_round();

    std::vector<HostPort> hosts_;
    bool randomize_;
    base::Random random_;
    std::vector<std::size_t> order_;  // of hosts_, in this round
    std::size_t turn_;                // in order_
    std::size_t first_silent_;        // where those in order_ begin that were silent
    // What came to nothing in this round, and for the order of addresses, in the one before.
    std::vector<std::pair<HostPort, Failure>> last_hosts_;
    std::vector<Endpoint> last_endpoints_;
    std::vector<Endpoint> next_last_endpoints_;
};

}  // namespace kazoo::session
