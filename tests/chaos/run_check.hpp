// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache_check.hpp"
#include "client_log.hpp"
#include "committed_log.hpp"
#include "contender_report.hpp"
#include "history/checks/watch_runs.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"
#include "recipe_nodes.hpp"
#include "tree_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace kazoo::chaos {

/// Everything recorded in a run.
struct RunRecord {
    std::vector<ClientLog*> client_logs;
    CommittedLog committed_log;
    /// At rest: the last transaction, and the last stamp.
    std::int64_t zxid_at_rest = 0;
    std::uint64_t stamp_at_rest = 0;
    /// The clients' sessions at rest. Every client ends its session afterwards, undisturbed.
    std::map<std::int64_t, int> sessions_at_rest;
    /// The tree that each server served then.
    std::vector<ServedTree> served_at_rest;
    /// What lasting watches have reported until then.
    std::vector<WatchReport> watch_reports;
    /// The recipes for which contenders have competed; all of them had ended at rest.
    std::vector<RecipeNodes> recipes;
    std::vector<ContenderReport> contender_reports;
    std::vector<CacheRecord> cache_records;
};

struct RunVerdict {
    Verdict verdict;
    std::size_t writes = 0;
    std::size_t ended_sessions = 0;
    std::size_t holders = 0;        ///< of recipes, that have written
    std::size_t holder_writes = 0;  ///< by them
};

/// Checks what the clients have recorded against the servers' transaction logs.
[[nodiscard]] RunVerdict check_run(RunRecord run_record);

/// Sets zxid_when_called of each sync: the greatest zxid that any client had been shown leader_lag
/// before the call. A deposed leader may still answer within its own epoch, so later epochs count
/// only if the session has seen them.
void note_known_zxids(std::deque<Call>& calls, const Chronicle& chronicle);

}  // namespace kazoo::chaos
