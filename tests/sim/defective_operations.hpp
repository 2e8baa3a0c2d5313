// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/node.hpp>

#include <cstdint>
#include <string>

namespace kazoo::sim {

// What a library with a planted defect would do. The client of the program exists when these are
// called.

/// Deletes the node with this czxid, and ends with its caller.
AsyncResult<void> delete_while_wanted(
    SimClient& client, std::string path, std::int64_t czxid, CallOptions options
);

/// Deletes the node at this path, whatever its czxid.
AsyncResult<void> delete_any(SimClient& client, std::string path);

/// Creates a node under a unique name. If the reply is lost, looks for that name, and returns the
/// node also if it belongs to an earlier session.
AsyncResult<CreatedNode> create_in_any_session(
    SimClient& client, std::string path, std::string data, CreateOptions options
);

}  // namespace kazoo::sim
