// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim_client.hpp"

#include <kazoo/async_result.hpp>

#include <optional>
#include <string>

namespace kazoo::sim {

/// Takes the first item of a queue, with the defect of the client.
AsyncResult<std::optional<std::string>> take_naively(SimClient& client, std::string path);
/// Takes the first item of a LockingQueue, with the defect of the client. Returns the path of its
/// entry.
AsyncResult<std::optional<std::string>> steal_naively(SimClient& client, std::string path);

}  // namespace kazoo::sim
