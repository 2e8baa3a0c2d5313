// SPDX-License-Identifier: Apache-2.0
/// SetPartitioner: divides a set among the processes that take part.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/set_partitioner_options.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {
class Partitioning;
}

KAZOO_API_BEGIN
namespace kazoo {

/// The states of a SetPartitioner, as in kazoo.
enum class PartitionState {
    allocating,  ///< The set is being divided; this member has no items.
    acquired,    ///< This member has its items.
    release,     ///< The members or the set have changed: stop the work and call `release_set`.
    failure,     ///< It has ended: the session was lost, an error occurred, or `finish` was called.
};

/// Returns the enumerator's name, such as "acquired".
const char* to_string(PartitionState state) noexcept;

/// A state of a SetPartitioner, as it was when it was entered.
class PartitionChange {
public:
    PartitionChange() {}
    PartitionState state = PartitionState::allocating;  ///< The state that was entered.
    /// The number of the state: 1 for the first, and larger for every later one.
    std::uint64_t id = 0;
    /// The items of this member, in ascending order of their bytes; empty unless `acquired`. There
    /// may be none, if there are more members than items.
    std::vector<std::string> items;
    /// Why it has failed; std::nullopt unless `failure`.
    std::optional<Error> error;
};

/// Divides a set of strings among all processes that take part, so that each item belongs to one of
/// them (kazoo's `SetPartitioner`).
///
///     SetPartitioner partitioner(zk, "/work", {"a", "b", "c", "d"});
///     for (;;) {
///         const auto change = co_await partitioner.next_state_async();
///         if (change.state == PartitionState::acquired) begin_work(change.items);
///         if (change.state == PartitionState::release) {
///             end_work();
///             co_await partitioner.release_set_async();
///         }
///         if (change.state == PartitionState::failure) throw KazooException(*change.error);
///     }
///
/// Each member creates a node in a party. When the party has not changed for the time boundary,
/// each member computes its items and acquires a Lock for each of them; when it has all, it is in
/// PartitionState::acquired. When the members change afterwards, those who have acquired their
/// items release them (PartitionState::release), and the set is divided again.
///
/// Guarantees: an item is held by one member at a time, because of the locks, whatever the members
/// believe. What Lock and LockHandle say about a holder that does not know yet that it has lost its
/// lock applies: use the tokens of the items (`held`). All members must use the same set and
/// partition function; otherwise some of them wait for items of others. This is detected and
/// reported (SetPartitionerOptions::on_error).
///
/// Layout, as in kazoo, whose processes may be members: `<path>/party/<32 hex>-<identifier>`,
/// ephemeral, data: the identifier (a ShallowParty); `<path>/locks/<item>` is the path of a Lock.
/// Items are compared as bytes, which is Python's order of strings.
///
/// Connections and sessions: when the connection is interrupted, acquired items must be released,
/// as in kazoo (SetPartitionerOptions::lost_when). After the loss of the session the partitioner
/// fails, or joins again (SetPartitionerOptions::on_session_lost). When the client is stopped it
/// fails with ConnectionClosedError.
///
/// Threads: all members are thread-safe, except for moving and destruction. The object may be
/// destroyed, and the client moved, stopped and destroyed, at any time.
class [[nodiscard]] SetPartitioner {
public:
    /// The names of the set. Each must be a name of a node: not empty, without '/', not "." or
    /// "..", without control characters. At most 100,000.
    using Items = std::set<std::string>;

    /// Begins to take part, and returns at once. The client must be started. Throws
    /// BadArgumentsError if the path is malformed or "/", an item or the identifier is not the name
    /// of a node, or there are too many items, and std::bad_alloc.
    SetPartitioner(
        KazooClient& client,
        PathView path,
        Items items,
        const SetPartitionerOptions& options = SetPartitionerOptions()
    );
    SetPartitioner(SetPartitioner&&) noexcept = default;
    /// Closes the partitioner that is replaced, as the destructor does.
    SetPartitioner& operator=(SetPartitioner&& other) noexcept;
    /// Ends as `finish` does, without waiting for the servers: items and node are released in the
    /// background. No call of a function of the options begins after this has returned; one in
    /// progress is waited for, except within callbacks of the handler and where the thread must
    /// not block.
    ~SetPartitioner();

    /// Return the present state, and whether it is this one.
    [[nodiscard]] PartitionState state() const noexcept;
    [[nodiscard]] bool allocating() const noexcept { return state() == PartitionState::allocating; }
    [[nodiscard]] bool acquired() const noexcept { return state() == PartitionState::acquired; }
    [[nodiscard]] bool release() const noexcept { return state() == PartitionState::release; }
    [[nodiscard]] bool failed() const noexcept { return state() == PartitionState::failure; }
    /// Returns the number of the present state, which rises with every change.
    [[nodiscard]] std::uint64_t state_id() const noexcept;
    /// Returns why it has failed; std::nullopt unless it has.
    [[nodiscard]] std::optional<Error> error() const;

    /// Returns the present state: the first call at once, later ones when there is a state that was
    /// not returned before. States that have passed between two calls are left out; `acquired` and
    /// `release` are never followed by `allocating` before `release_set` is called. After `failure`
    /// a further call returns it again. Waits for an unlimited time by default; fails with
    /// OperationTimeoutError and CancelledError. Callbacks run on Lane::completion.
    AsyncResult<PartitionChange> next_state_async(const CallOptions& options = {});
    PartitionChange next_state(const CallOptions& options = {});
    /// Waits until this member has acquired its items. Returns whether it has: false when `timeout`
    /// has passed, and after a failure. The asynchronous form has the limits of `options`; by
    /// default there is none. Fails with CancelledError.
    AsyncResult<bool> wait_for_acquire_async(const CallOptions& options = {});
    bool wait_for_acquire(AnyDuration timeout = std::chrono::seconds(30));

    /// Returns the items of this member while it has acquired them, in ascending order; otherwise
    /// none.
    [[nodiscard]] std::vector<std::string> items() const;
    /// Returns the lock of an item, in the states `acquired` and `release`; null if this member
    /// does not have it. For its token and guarded transactions: it is released by `release_set`,
    /// also if the pointer is kept.
    [[nodiscard]] std::shared_ptr<const LockHandle> held(std::string_view item) const;

    /// Releases the items after `release`, or in `acquired` to have the set divided again. Waits
    /// until the servers know. Does nothing in the other states. A limit or a cancellation ends the
    /// wait only. Fails with OperationTimeoutError and CancelledError.
    AsyncResult<void> release_set_async(const CallOptions& options = {});
    void release_set(const CallOptions& options = {});
    /// Replaces the set. If it is another one, the items are to be released, and it is divided
    /// again after the time boundary. All members must be given the new set; until they have it,
    /// some may wait for items of others. Throws as the constructor does.
    void set_items(Items items);
    /// Releases the items and leaves the party, in any state. Waits until the servers know. The
    /// state is then `failure`, with CancelledError unless it had failed before. Idempotent. Limits
    /// as for `release_set`.
    AsyncResult<void> finish_async(const CallOptions& options = {});
    void finish(const CallOptions& options = {});

    /// Returns the name with which this member takes part.
    [[nodiscard]] const std::string& identifier() const noexcept;
    [[nodiscard]] const std::string& path() const noexcept;

private:
    std::shared_ptr<detail::recipe::Partitioning> partitioning_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
