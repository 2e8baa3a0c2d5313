// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/op_generator.hpp"
#include "sim_client.hpp"

#include <kazoo/async_result.hpp>

#include <string>
#include <vector>

namespace kazoo::sim {

using history::let_run;

// Multi-step programs as users write them, as coroutines. Each ends at its first unexpected error
// and when its client is gone.

/// Increments a counter that other clients increment as well.
AsyncResult<void> increment(SimClient& client, std::string path);
/// Enters a queue, lists its members, and leaves.
AsyncResult<void> queue_up(SimClient& client, std::string prefix);
/// Reads two nodes concurrently and writes to both.
AsyncResult<void> swap(SimClient& client, std::string first, std::string second);
/// Commits a protected transaction until its outcome is known.
AsyncResult<void> commit_once(SimClient& client, std::vector<history::Part> parts);
/// Creates a node with KazooClient::retry.
void keep_trying(SimClient& client, const std::string& path);

/// The parent of the nodes of hold_node. Nothing else lists its children.
inline constexpr const char* held_nodes = "/p";
/// Creates a protected node, works, and deletes the node by a guaranteed delete.
AsyncResult<void> hold_node(SimClient& client);

/// Creates a node, works, and deletes the node, also if it is cancelled.
AsyncResult<void> use_node(SimClient& client, Cleanup& cleanup);

}  // namespace kazoo::sim
