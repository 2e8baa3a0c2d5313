// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kazoo::sim {

enum class Count : std::size_t {
    seeds,
    steps,
    simulated_ms,
    calls,
    calls_good,
    calls_not_sent,
    calls_not_applied,
    calls_unknown,
    transactions,
    lost_replies,
    multi_reads,
    writes,
    watch_events,
    watch_reports,
    lasting_watch_events,
    watch_gaps,
    connects,
    sasl_exchanges,
    losses,
    expiries,
    network_faults,
    server_faults,
    faulty_replies,
    process_faults,
    cleanups,
    cancelled_cleanups,
    protected_creates,
    guaranteed_deletes,
    handovers,
    resumed_sessions,
    faulty_handshakes,
    timeouts,
    certain_sessions,
    uncertain_sessions,
    locks,
    leases,
    leaderships,
    lost_locks,
    certain_locks,
    uncertain_locks,
    busy_locks,
    lock_timeouts,
    cancelled_locks,
    failed_locks,
    guarded_writes,
    refused_writes,
    cache_events,
    cache_resyncs,
    queue_puts,
    queue_gets,
    queue_doubts,
    locked_items,
    consumed_items,
    lost_items,
    counter_changes,
    value_changes,
    missed_changes,
    heard_values,
    obtained_leases,
    refused_leases,
    entered_barriers,
    left_barriers,
    unknown_changes,
    recipe_timeouts,
    cancelled_recipes,
    failed_recipes,
    last = failed_recipes
};

/// Counts what happened in simulations.
class Tally {
public:
    void add(Count what, std::uint64_t times = 1) noexcept { at(what) += times; }
    void add(const Tally& other) noexcept {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            counts_[i] += other.counts_[i];
        }
    }
    [[nodiscard]] std::uint64_t operator[](Count what) const noexcept {
        return counts_[static_cast<std::size_t>(what)];
    }

    /// Prints a line per count to standard output.
    void print() const;

private:
    std::uint64_t& at(Count what) noexcept { return counts_[static_cast<std::size_t>(what)]; }

    std::array<std::uint64_t, static_cast<std::size_t>(Count::last) + 1> counts_{};
};

}  // namespace kazoo::sim
