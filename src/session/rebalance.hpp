// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/endpoint.hpp"
#include "values/random.hpp"

#include <kazoo/hosts.hpp>

#include <cstddef>
#include <vector>

namespace kazoo::session {

/// What a client does when its list of servers is replaced.
struct Rebalancing {
    bool moves = false;  ///< it leaves its server, although the connection works
    /// If it moves, the order in which it tries the new list: each index once. Empty otherwise.
    std::vector<std::size_t> order;
};

/// Decides whether a client moves to another server, so that the clients of an ensemble are spread
/// evenly over the new list if they were over the former one (ZOOKEEPER-1355, as in the Java and C
/// clients). No client knows of any other: each decides by chance.
///
///     the client's server | longer list                       | otherwise
///     --------------------+-----------------------------------+----------------------------------
///     still listed        | moves to an added server with the | stays: its load has to increase
///                         | probability 1 - former / next     |
///     removed             | moves to an added server          | moves to a kept server with the
///                         |                                   | probability below, else to an
///                         |                                   | added one
///
/// `former` and `next` are numbers of servers. The probability is
/// kept x (former - next) / (next x (former - kept)): the kept servers have their share of the
/// clients already. Servers of the other kind are tried when those of the first have failed.
/// Duplicates in the lists count once.
///
/// `listed` says whether the client's server is in `next`. A client that has none yet does not
/// need this: it chooses any server.
[[nodiscard]] Rebalancing rebalance(
    const std::vector<HostPort>& former,
    const std::vector<HostPort>& next,
    bool listed,
    base::Random& random
);

/// Returns whether a list contains the server that is connected as `host`, or its address, with the
/// same scheme: a client whose server is to be connected to with TLS from now on has to reconnect.
[[nodiscard]] bool lists_server(
    const std::vector<HostPort>& hosts, const HostPort& host, const base::Endpoint& address
);

}  // namespace kazoo::session
