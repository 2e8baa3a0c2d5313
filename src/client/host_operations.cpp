// SPDX-License-Identifier: Apache-2.0
// The public functions that KazooClient inherits from HostOperations.
#include "client/core.hpp"

#include <kazoo/client.hpp>

namespace kazoo {

void HostOperations::set_hosts(
    std::string_view hosts, std::optional<bool> randomize_hosts, Rebalance rebalance
) {
    detail::core_of(static_cast<KazooClient&>(*this))->set_hosts(hosts, randomize_hosts, rebalance);
}

std::optional<std::string> HostOperations::connected_server() const {
    return detail::core_of(static_cast<const KazooClient&>(*this))->connected_server();
}

}  // namespace kazoo
