// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/locks.hpp"
#include "sim_client.hpp"

#include <kazoo/async_result.hpp>

#include <string>

namespace kazoo::sim {

/// Acquires a lock as programs without the recipe may do, with the defect of the client, reports it
/// to the check, and deletes its node. `lock`: the path of the lock.
AsyncResult<void> use_naive_lock(SimClient& client, LockCheck& check, std::string lock);

}  // namespace kazoo::sim
