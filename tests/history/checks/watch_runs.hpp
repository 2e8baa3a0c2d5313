// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/state.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::history {

/// The events of a recursive watch from one gap to the next.
struct WatchRun {
    std::vector<std::pair<EventType, std::string>> events;
    /// Zxid of the first write that the watching session requested because of the gap, or after the
    /// watch was set: what it has read after that write shows all changes up to this zxid. Nullopt
    /// if no such write has succeeded before the next gap.
    std::optional<std::int64_t> read_up_to;
};

/// What a recursive watch has reported, for servers whose events have no zxid. Sessions that ended
/// meanwhile must not have owned more than one node, because the order in which a session's nodes
/// are deleted is not logged.
struct WatchReport {
    std::string who;  ///< for messages
    std::string path;
    /// Zxid of a write by the same session before it requested the watch.
    std::int64_t before = 0;
    std::vector<WatchRun> runs;
    /// Zxid of a write by the same session whose reply followed the last event.
    std::int64_t at_rest = 0;
};

/// Each run is a contiguous part of the changes that the watch covers: nothing is missing, repeated
/// or in another order between two gaps. It begins no later than after the change up to which the
/// session has read because of the gap, and no change is reported that the session had read before
/// an earlier gap. The last run ends with the last change. So every change that was not reported
/// lies between the last event before a gap and what was read because of it.
///
/// Returns the number of changes that no run contains.
std::size_t check_watch_runs(
    const WatchReport& report, const Chronicle& chronicle, Verdict& verdict
);

}  // namespace kazoo::history
