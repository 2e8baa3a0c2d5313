// SPDX-License-Identifier: Apache-2.0
// The public functions that KazooClient inherits from HostOperations.
#include "client/no_memory.hpp"
#include "client/refresh_hosts.hpp"

#include <kazoo/client.hpp>

namespace kazoo {

void HostOperations::set_hosts(
    std::string_view hosts, std::optional<bool> randomize_hosts, Rebalance rebalance
) {
    detail::core_of(static_cast<KazooClient&>(*this))->set_hosts(hosts, randomize_hosts, rebalance);
}

AsyncResult<void> HostOperations::refresh_hosts_async(
    Rebalance rebalance, const CallOptions& options
) {
    const auto& core = detail::core_of(static_cast<KazooClient&>(*this));
    return detail::client::or_no_memory([&] {
        return detail::client::refresh_hosts(core, rebalance, options);
    });
}

void HostOperations::refresh_hosts(Rebalance rebalance, const CallOptions& options) {
    detail::core_of(static_cast<KazooClient&>(*this))->check_may_block();
    refresh_hosts_async(rebalance, options).get();
}

std::optional<std::string> HostOperations::connected_server() const {
    return detail::core_of(static_cast<const KazooClient&>(*this))->connected_server();
}

}  // namespace kazoo
