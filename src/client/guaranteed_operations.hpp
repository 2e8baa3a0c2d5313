// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"
#include "client/multi_step_operations.hpp"

#include <kazoo/async_result.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace kazoo::detail::client {

// Operations that go on until their outcome is known, if need be in the background. Coroutines with
// the properties of those in multi_step_operations.hpp.

/// Deletes the node that the transaction `czxid` has created, if it still exists. Repeats its steps
/// after errors that pass, until the call's limits or the client end. Fails with Outcome::unknown
/// if the node may have been deleted.
AsyncResult<void> delete_until_gone(
    std::shared_ptr<Core> core, std::string path, std::int64_t czxid, CallContext context
);

/// The same, and goes on in the background when the call's limits end the wait.
AsyncResult<void> delete_guaranteed(
    std::shared_ptr<Core> core, OwnedPath path, std::int64_t czxid, CallContext context
);

/// Creates a node under a unique name; see CreateOptions::protect. `T` as for create().
template <class T>
AsyncResult<T> create_protected(
    std::shared_ptr<Core> core,
    OwnedPath path,
    OwnedData data,
    CreateOptions options,
    NodeAcls acls,
    CallContext context
);

}  // namespace kazoo::detail::client
