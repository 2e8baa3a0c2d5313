// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// Parts of cases that run in a process of their own, so that its memory, its CPU time or its
/// system calls are those of the part alone: `bench --part=<name> <argument>...` (values_of_part).
using Arguments = std::vector<std::string>;
using RunPart = void(const Arguments& arguments);

RunPart part_server;         // server_process.cpp
RunPart part_blocking_gets;  // cases/system_calls.cpp
RunPart part_idle_sessions;  // cases/sessions.cpp
RunPart part_watches;        // cases/watches.cpp
RunPart part_idle_client;    // cases/idle.cpp

/// Runs the part of this name. Throws std::invalid_argument if there is none.
void run_part(const std::string& name, const Arguments& arguments);

/// Allows this process as many descriptors as it may have, and returns that number.
std::size_t raise_limit_of_descriptors();

}  // namespace bench
