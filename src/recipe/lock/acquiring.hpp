// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/locking.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/recipes/lock_handle.hpp>

#include <memory>
#include <optional>
#include <string>

namespace kazoo::detail::recipe {

// The functions of detail::LockBase.

[[nodiscard]] AsyncResult<LockHandle> acquire(
    std::shared_ptr<Locking> locking, CallOptions options, std::string resumed = {}
);

/// Fails with BadArgumentsError if the node cannot be resumed.
[[nodiscard]] AsyncResult<LockHandle> resume(
    std::shared_ptr<Locking> locking, CallOptions options, std::string name
);

[[nodiscard]] AsyncResult<std::optional<LockHandle>> try_acquire(
    std::shared_ptr<Locking> locking, CallOptions options
);

}  // namespace kazoo::detail::recipe
