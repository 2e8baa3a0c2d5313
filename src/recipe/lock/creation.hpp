// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/contender.hpp"
#include "recipe/lock/lock_plan.hpp"
#include "recipe/lock/locking.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>

#include <cstdint>
#include <memory>

namespace kazoo::detail::recipe {

/// Creates a node with a new unique name. Returns it without its czxid. Fails with the errors of
/// the request. If it fails with Outcome::unknown, the client deletes in the background what may
/// have been created.
[[nodiscard]] AsyncResult<NodePtr> create_node(
    std::shared_ptr<Locking> locking, CallOptions options
);

/// Creates the path of the lock, and gives the answer to the plan.
[[nodiscard]] AsyncResult<void> make_parents(
    std::shared_ptr<Contender> contender, std::uint64_t attempt, CallOptions options
);

}  // namespace kazoo::detail::recipe
