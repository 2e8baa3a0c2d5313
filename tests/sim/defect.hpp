// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe_kind.hpp"

namespace kazoo::sim {

/// A defect planted between client and server, or in a program, to prove that the checks detect it.
enum class Defect {
    none,
    writes_twice,        ///< a write reaches the server twice
    no_events,           ///< watch events are lost
    other_replies,       ///< a read gets the reply of another path
    old_replies,         ///< a read gets the first reply for its path again
    false_errors,        ///< a write succeeds, but its reply reports an error
    half_transactions,   ///< a transaction is applied without its deletion
    other_operations,    ///< a transaction fails at the operation before
    other_paths,         ///< the result of a transaction has the path of another node
    hidden_markers,      ///< the marker of a transaction is not found
    mixed_reads,         ///< one result of a multi-read is that of an earlier one
    cancelled_cleanups,  ///< programs do not protect their cleanup from cancellation
    trusted_pings,       ///< programs take whatever they receive for a proof of their session
    hidden_nodes,        ///< a protected create loses its reply and does not find its node
    other_sessions,      ///< a protected create returns its node of an earlier session
    idle_deletes,        ///< guaranteed deletes look for another czxid
    short_deletes,       ///< guaranteed deletes end with their caller
    blind_deletes,       ///< guaranteed deletes ignore the czxid
    closed_handovers,    ///< a client closes the session that it hands over
    lost_watches,        ///< a session is handed over without its watches
    old_handovers,       ///< a session is handed over as if it had seen nothing
    early_locks,         ///< a contender takes a lock without waiting for its turn
    unguarded_writes,    ///< the holder of a lock writes without a guard
    trusted_locks,       ///< the holder of a lock does not notice that it is lost
    certain_locks,       ///< the holder of a lock is certain of it as long as it is held
    kept_locks,          ///< locks are not released
    uninvited_leases,    ///< a lease of a semaphore is taken without its inner lock
    text_order,          ///< contenders of a lock are sorted by their whole names
    unchecked_owners,    ///< a contender takes the node of its earlier session for its own
    wrong_watches,       ///< a contender watches the node behind its own
    short_cleanups,      ///< a contender that gives up deletes its node within its time limit
    forgotten_removals,  ///< a copy of a cache misses removals
    late_events,         ///< events of a cache are used in another order
    skipped_resyncs,     ///< a copy of a cache misses what changed while it was disconnected
    double_gets,         ///< an item of a queue is given out before its deletion is confirmed
    silent_losses,       ///< a deletion of an item whose outcome is unknown is not reported
    ignored_priorities,  ///< items of a queue are taken by their numbers alone
    unlocked_items,      ///< an item of a LockingQueue is consumed without its lock
    stolen_items,        ///< the lock of an item is broken by another consumer
    blind_increments,    ///< counters are set without a comparison of versions
    double_increments,   ///< a change of a counter is repeated although its outcome is unknown
    blind_values,        ///< a shared value is replaced although another one was expected
    stale_listeners,     ///< a listener of a shared value misses values
    fast_clocks,         ///< the clock of the holder of a lease is ahead
    endless_leases,      ///< the holder of a lease ignores its end
    early_entries,       ///< a member enters a double barrier alone
    early_leaves,        ///< a member does not wait for the others when it leaves
};

/// Returns which recipe a defect belongs to.
[[nodiscard]] constexpr RecipeKind recipe_of(Defect defect) noexcept {
    using enum Defect;
    if (defect >= early_entries) return RecipeKind::barriers;
    if (defect >= fast_clocks) return RecipeKind::leases;
    if (defect >= blind_values) return RecipeKind::shared_values;
    if (defect >= blind_increments) return RecipeKind::counters;
    if (defect >= unlocked_items) return RecipeKind::locking_queues;
    if (defect >= double_gets) return RecipeKind::queues;
    if (defect >= forgotten_removals) return RecipeKind::caches;
    return defect >= early_locks ? RecipeKind::locks : RecipeKind::none;
}

}  // namespace kazoo::sim
