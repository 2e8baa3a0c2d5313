// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/checks/ephemerals.hpp"
#include "history/verdict.hpp"
#include "server/database/database.hpp"

#include <cstddef>
#include <string>

namespace kazoo::sim {

/// Like history::check_ephemerals, for what the servers wrote and also for their tree.
void check_ephemerals(const Chronicle& chronicle, const server::Database& state, Verdict& verdict);

/// What a client still holds after it has ended.
struct ClientLeaks {
    std::size_t calls_under_way = 0;
    std::size_t connections = 0;
    std::size_t backlog = 0;
    std::size_t backlog_bytes = 0;
    int handler_users = 0;
    bool client_lives = false;  ///< although no reference to it is held
};
void check_leaks(const std::string& who, const ClientLeaks& leaks, Verdict& verdict);

/// Compares the numbers of live allocations before and after a run.
void check_memory(long before, long after, Verdict& verdict);

}  // namespace kazoo::sim
