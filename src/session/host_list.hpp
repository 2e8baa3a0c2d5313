#pragma once

#include "base/endpoint.hpp"
#include "base/random.hpp"

#include <kazoo/hosts.hpp>

#include <cstddef>
#include <vector>

namespace kazoo::session {

using base::Endpoint;

/// Whose turn it is. Hosts are tried in rounds, each round in a new random order (kazoo's
/// `randomize_hosts`) or always in the given one.
class HostList {
public:
    HostList(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed);

    /// The next host; begins a new round after the last. There must be hosts.
    const HostPort& next();
    /// Puts the addresses of one host in the order in which to try them: one name may stand for
    /// the whole ensemble.
    void arrange(std::vector<Endpoint>& endpoints);
    /// All hosts of the round have had their turn.
    [[nodiscard]] bool round_over() const { return turn_ == hosts_.size(); }
    /// Begins a new round with the next turn: the present server is known to be good.
    void begin_round();

    void set_hosts(std::vector<HostPort> hosts, bool randomize);
    [[nodiscard]] std::size_t size() const { return hosts_.size(); }

private:
    std::vector<HostPort> hosts_;
    bool randomize_;
    base::Random random_;
    std::size_t turn_;
};

}  // namespace kazoo::session
