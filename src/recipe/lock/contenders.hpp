// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/locking.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/recipes/lock_contender.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// Lists the nodes that hold or wait for a lock, in the order of their creation.
[[nodiscard]] AsyncResult<std::vector<LockContender>> list_contenders(
    std::shared_ptr<Locking> locking, CallOptions options
);

/// Deletes the node of the first one.
[[nodiscard]] AsyncResult<std::optional<LockContender>> break_first(
    std::shared_ptr<Locking> locking, CallOptions options
);

/// Asks the holder of a node to release it.
[[nodiscard]] AsyncResult<void> revoke_node(
    std::shared_ptr<Locking> locking, std::string path, CallOptions options
);

/// What Curator's Revoker writes, and `revoke_node`.
inline constexpr std::string_view revocation = "__REVOKE__";

/// The most nodes that one multi_read of a lock asks for.
inline constexpr std::size_t reads_at_a_time = 100;

}  // namespace kazoo::detail::recipe
