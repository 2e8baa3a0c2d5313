#pragma once

#include "history.hpp"
#include "history/checks/ephemerals.hpp"
#include "history/verdict.hpp"
#include "server/state.hpp"

#include <cstddef>
#include <string>

namespace kazoo::sim {

/// The same, in what the servers wrote and in their tree.
void check_ephemerals(const Chronicle& chronicle, const server::State& state, Verdict& verdict);

/// What a client that has ended still has.
struct Remains {
    std::size_t calls_under_way = 0;
    std::size_t connections = 0;
    std::size_t backlog = 0;
    int handler_users = 0;
    bool client_lives = false;  ///< although nobody holds it
};
void check_remains(const std::string& who, const Remains& remains, Verdict& verdict);

/// Blocks of memory before and after.
void check_memory(long before, long after, Verdict& verdict);

}  // namespace kazoo::sim
