// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/party/kept_node.hpp"

#include <kazoo/async_result.hpp>

#include <memory>

namespace kazoo::detail::recipe {

/// Carries out the plan of a node until it is kept no more. Awaits with direct(): it runs where
/// replies and events arrive, and never waits behind callbacks of the user.
AsyncResult<void> keep(std::shared_ptr<KeptNode> node);

}  // namespace kazoo::detail::recipe
