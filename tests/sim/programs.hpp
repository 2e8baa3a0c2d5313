#pragma once

#include "history/mix.hpp"
#include "sim_client.hpp"

#include <kazoo/async_result.hpp>

#include <string>

namespace kazoo::sim {

using history::let_run;

// Small programs of many steps, as users write them: coroutines. Each ends at the first failure
// that it does not expect, and when its client is gone.

/// Adds one to a counter, which others do as well.
AsyncResult<void> increment(SimClient& client, std::string path);
/// Takes a place in a queue, looks who is there, leaves.
AsyncResult<void> queue_up(SimClient& client, std::string prefix);
/// Reads two nodes at once and writes to both.
AsyncResult<void> swap(SimClient& client, std::string first, std::string second);
/// Creates a node, tried again by the client's own retry.
void keep_trying(SimClient& client, const std::string& path);

}  // namespace kazoo::sim
