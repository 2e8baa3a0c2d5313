// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tool {

struct BusyPath {
    std::string path;
    std::uint64_t changes = 0;  ///< since the watch was set
    double per_second = 0;      ///< since the last report
};

/// The paths that change most, by a persistent recursive watch. Only changes are seen: servers do
/// not report reads.
struct ActivityReport {
    std::string root;
    std::string problem;  ///< why nothing is watched now; empty if it is
    std::uint64_t changes = 0;
    double per_second = 0;
    std::uint64_t gaps = 0;  ///< after each, changes may not have been counted
    std::vector<BusyPath> paths;
};

/// Counts the changes of each node of a subtree. Never blocks: the client connects, and the watch
/// is set, in the background, again after each loss of the session. The number of paths that are
/// counted is bounded; when there are more, the half with the fewest changes is forgotten.
class PathActivity {
public:
    /// Begins to connect. Throws Failure if the settings are malformed.
    PathActivity(const Settings& settings, const std::string& root);
    PathActivity(const PathActivity&) = delete;
    PathActivity& operator=(const PathActivity&) = delete;

    /// Returns the busiest paths, `most` at most, and begins the next measurement of the rates. To
    /// be called at intervals: sets the watch again if it is lost.
    ActivityReport report(std::size_t most);

private:
    class Counter;

    void keep_watching();
    [[nodiscard]] std::string problem() const;

    kazoo::KazooClient client_;
    std::string root_;
    std::shared_ptr<Counter> counter_;                // shared with the watch function
    kazoo::AsyncResult<kazoo::WatchHandle> setting_;  // valid: the watch is being set
    kazoo::WatchHandle watch_;
    bool was_set_ = false;  // watch_ has been active
    std::string error_;     // of the last attempt to set the watch
    std::chrono::steady_clock::time_point last_report_;
};

}  // namespace tool
