// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr std::array table{
    Case{"pipelined-get", "gets of 100 bytes, 1000 in flight, of all clients", run_pipelined_get},
    Case{"pipelined-set", "sets of 100 bytes, 1000 in flight, of all clients", run_pipelined_set},
    Case{"blocking-get", "one get after the other, of all clients", run_blocking_get},
    Case{"system-calls", "system calls of a blocking get (needs perf or strace)", run_system_calls},
    Case{"threads", "1, 2, 4 and 8 threads with blocking gets on one client", run_threads},
    Case{"coroutines", "1000 coroutines beside callbacks", run_coroutines},
    Case{"allocations", "heap allocations per operation", run_allocations},
    Case{"call-options", "gets with a deadline, a watch, a stop token", run_call_options},
    Case{"values", "gets of 1 KiB, 64 KiB and 1 MiB", run_values},
    Case{"growth", "gets with 1 to 1,000,000 in flight", run_growth},
    Case{"sessions", "10,000 sessions on one thread", run_sessions},
    Case{"watches", "1,000,000 one-shot watches", run_watches},
    Case{"notifications", "100,000 notifications of one transaction", run_notifications},
    Case{"idle", "CPU time of a client that is idle or waits", run_idle},
    Case{"server-connections", "the embedded server with 100 connections", run_server_connections},
    Case{"compile-time", "compiling a source that includes the library", run_compile_time},
};

}  // namespace

std::span<const Case> all_cases() {
    return table;
}

std::vector<Case> chosen_cases(std::string_view names) {
    if (names.empty()) {
        return {table.begin(), table.end()};
    }
    std::vector<Case> chosen;
    while (!names.empty()) {
        const auto name = names.substr(0, names.find(','));
        names.remove_prefix(std::min(name.size() + 1, names.size()));
        const auto* const found = std::find_if(table.begin(), table.end(), [&](const Case& one) {
            return one.name == name;
        });
        if (found == table.end()) {
            throw std::invalid_argument("there is no case " + std::string(name) + "; see --list");
        }
        chosen.push_back(*found);
    }
    return chosen;
}

}  // namespace bench
