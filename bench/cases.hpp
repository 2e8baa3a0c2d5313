// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "results.hpp"

#include <kazoo/hosts.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bench {

/// What a case needs.
struct Context {
    const Options& options;
    Results& results;
    /// Apache ZooKeeper; nothing if ZOOKEEPER_HOSTS is not set.
    std::optional<kazoo::HostPort> apache;
};

using RunCase = void(const Context& context);

// bench/cases/; case_table.cpp says what they measure.
RunCase run_pipelined_get;
RunCase run_pipelined_set;
RunCase run_blocking_get;
RunCase run_system_calls;
RunCase run_threads;
RunCase run_coroutines;
RunCase run_allocations;
RunCase run_call_options;
RunCase run_sessions;
RunCase run_watches;
RunCase run_notifications;
RunCase run_values;
RunCase run_growth;
RunCase run_idle;
RunCase run_server_connections;
RunCase run_compile_time;

struct Case {
    std::string_view name;
    const char* meaning;
    RunCase* run;
};

/// Returns all cases, in the order in which they run.
[[nodiscard]] std::span<const Case> all_cases();

/// Returns the cases with these names, separated by commas; all if empty. Throws
/// std::invalid_argument if there is no such case.
[[nodiscard]] std::vector<Case> chosen_cases(std::string_view names);

}  // namespace bench
