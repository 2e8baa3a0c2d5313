// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/lock_plan.hpp"
#include "recipe/lock/locking.hpp"

#include <kazoo/async_result.hpp>

#include <memory>

namespace kazoo::detail::recipe {

/// Deletes a node of a lock, and does not give up: it continues after lost connections, until the
/// node does not exist, its session has ended or the client was stopped. No time limit and no
/// cancellation ends it. Sends one request if all goes well.
///
/// Fails with the server's error if the node may not be deleted, and for a persistent node if the
/// client was stopped. Throws std::bad_alloc.
[[nodiscard]] AsyncResult<void> delete_node(std::shared_ptr<Locking> locking, NodePtr node);

/// The same without a result: logs an error.
void delete_in_background(const std::shared_ptr<Locking>& locking, NodePtr node) noexcept;

}  // namespace kazoo::detail::recipe
