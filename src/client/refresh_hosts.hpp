// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/host_operations.hpp>

#include <memory>

namespace kazoo::detail::client {

/// Asks the host provider and uses its answer; see HostOperations::refresh_hosts. Throws
/// std::bad_alloc.
[[nodiscard]] AsyncResult<void> refresh_hosts(
    const std::shared_ptr<Core>& core, Rebalance rebalance, const CallOptions& options
);

}  // namespace kazoo::detail::client
