// SPDX-License-Identifier: Apache-2.0
#include "tally.hpp"

#include <cstdio>

namespace kazoo::sim {
namespace {

const char* name_of(Count what) {
    switch (what) {
        case Count::seeds:
            return "seeds";
        case Count::steps:
            return "steps of the simulator";
        case Count::simulated_ms:
            return "milliseconds of virtual time";
        case Count::calls:
            return "calls";
        case Count::calls_good:
            return "  successful";
        case Count::calls_not_sent:
            return "  failed, not sent";
        case Count::calls_not_applied:
            return "  failed, not applied";
        case Count::calls_unknown:
            return "  failed, outcome unknown";
        case Count::transactions:
            return "transactions that were applied";
        case Count::lost_replies:
            return "  as only their marker shows";
        case Count::multi_reads:
            return "multi-reads in one request";
        case Count::writes:
            return "changes of nodes by the servers";
        case Count::watch_events:
            return "watch events";
        case Count::watch_reports:
            return "calls by DataWatch and ChildrenWatch";
        case Count::lasting_watch_events:
            return "events of persistent and recursive watches";
        case Count::watch_gaps:
            return "  gaps";
        case Count::connects:
            return "connections made (CONNECTED)";
        case Count::sasl_exchanges:
            return "SASL exchanges begun";
        case Count::losses:
            return "connections lost (SUSPENDED)";
        case Count::expiries:
            return "sessions over, by expiry or stop (LOST)";
        case Count::network_faults:
            return "faults of the network";
        case Count::server_faults:
            return "faults of servers";
        case Count::faulty_replies:
            return "wrong answers arranged";
        case Count::process_faults:
            return "stalls of clients";
        case Count::cleanups:
            return "programs that clean up";
        case Count::cancelled_cleanups:
            return "  cancelled";
        case Count::protected_creates:
            return "protected creates";
        case Count::guaranteed_deletes:
            return "guaranteed deletes";
        case Count::handovers:
            return "sessions handed over";
        case Count::resumed_sessions:
            return "  resumed";
        case Count::faulty_handshakes:
            return "faulty handshakes arranged";
        case Count::timeouts:
            return "sessions that the servers expired after their timeout";
        case Count::certain_sessions:
            return "looks at clients whose session was certain";
        case Count::uncertain_sessions:
            return "  and not";
        case Count::locks:
            return "locks acquired";
        case Count::leases:
            return "leases of semaphores acquired";
        case Count::leaderships:
            return "leaderships acquired";
        case Count::lost_locks:
            return "  looks at those that were lost";
        case Count::certain_locks:
            return "  looks at those that were certain";
        case Count::uncertain_locks:
            return "    and not";
        case Count::busy_locks:
            return "acquisitions that did not wait, in vain";
        case Count::lock_timeouts:
            return "  timed out";
        case Count::cancelled_locks:
            return "  cancelled";
        case Count::failed_locks:
            return "  failed otherwise";
        case Count::guarded_writes:
            return "guarded writes, applied";
        case Count::refused_writes:
            return "  refused because the lock was lost";
        case Count::cache_events:
            return "events of caches";
        case Count::cache_resyncs:
            return "  comparisons with the server after a gap";
        case Count::queue_puts:
            return "items put into queues";
        case Count::queue_gets:
            return "items taken out of queues";
        case Count::queue_doubts:
            return "  perhaps, as their calls report";
        case Count::locked_items:
            return "items of queues locked";
        case Count::consumed_items:
            return "  consumed";
        case Count::lost_items:
            return "  not, because the lock was lost";
        case Count::counter_changes:
            return "changes of counters";
        case Count::value_changes:
            return "changes of shared values";
        case Count::missed_changes:
            return "  not made, because there was another value";
        case Count::heard_values:
            return "shared values reported to listeners";
        case Count::obtained_leases:
            return "leases in time obtained or renewed";
        case Count::refused_leases:
            return "  refused";
        case Count::entered_barriers:
            return "double barriers entered";
        case Count::left_barriers:
            return "  left";
        case Count::unknown_changes:
            return "calls of these recipes, outcome unknown";
        case Count::recipe_timeouts:
            return "  timed out";
        case Count::cancelled_recipes:
            return "  cancelled";
        case Count::failed_recipes:
            return "  failed otherwise";
    }
    return "";
}

}  // namespace

void Tally::print() const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        std::printf(
            "%14llu  %s\n",
            static_cast<unsigned long long>(counts_[i]),
            name_of(static_cast<Count>(i))
        );
    }
}

}  // namespace kazoo::sim
