// SPDX-License-Identifier: Apache-2.0
/// SharedValue: the data of a node, with versions, conditional writes and a report of changes.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/watch_function.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/data_watch.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/unique_function.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace kazoo::detail::recipe {
class SharedValueState;
struct SharedValueChanges;
}  // namespace kazoo::detail::recipe

KAZOO_API_BEGIN
namespace kazoo {

/// A value of a SharedValue, with the stat of its node.
class VersionedValue {
public:
    VersionedValue() {}
    /// From data and the stat of their node.
    VersionedValue(std::string bytes, const ZnodeStat& node_stat)
        : data(std::move(bytes)), stat(node_stat) {}

    std::string data;  ///< Empty for null data as well.
    ZnodeStat stat;    ///< Its version counts the changes.
    friend bool operator==(const VersionedValue&, const VersionedValue&) = default;
};

/// The changes of a SharedValue as a stream for coroutines; see SharedValue::changes.
class [[nodiscard]] SharedValueStream {
public:
    SharedValueStream(SharedValueStream&&) noexcept;
    SharedValueStream& operator=(SharedValueStream&&) noexcept;
    /// Calls stop().
    ~SharedValueStream();

    /// Returns the next value that is newer than the last one; the first call, the present value.
    /// std::nullopt when the stream has ended: it was stopped, or the client was. Fails as
    /// DataStream::next does; one call may be pending.
    AsyncResult<std::optional<VersionedValue>> next();
    /// Ends the stream: a pending `next` returns std::nullopt. Idempotent.
    void stop() noexcept;

private:
    friend class SharedValue;
    explicit SharedValueStream(std::shared_ptr<detail::recipe::SharedValueChanges> changes
    ) noexcept;

    std::shared_ptr<detail::recipe::SharedValueChanges> changes_;  // null: moved from
};

/// The data of a node that several processes share (Curator's `SharedValue`).
///
///     SharedValue limit(zk, "/limits/rate", "100");
///     auto now = limit.get();                              // creates the node with "100"
///     if (auto set = limit.try_set(now, "200")) { ... }    // nobody has changed it since
///     auto watch = limit.listen([](const VersionedValue& value) { apply(value.data); });
///
/// Layout: the persistent node `path` with the bytes as its data. Curator's `SharedValue` with the
/// same path is the same value. (Curator's `SharedCount` is a Counter with
/// CounterFormat::int32_be.)
///
/// The seed is the data with which a missing node is created, with its parents, by `get`, `set` and
/// `try_set`; not by `listen` and `changes`, which wait for the node.
///
/// Guarantees: `set` and `try_set` write on the condition that the node has not been changed since
/// it was read, so that each value has one successor, and a value that a call has replaced is
/// known. Values are ordered by ZnodeStat::mzxid, also across a deletion and creation of the node:
/// `listen` and `changes` report newer values only, each at most once, and the last one in any
/// case; values in quick succession are conflated.
///
/// Lost replies, errors, sessions, time limits and cancellation: as described for BasicCounter. A
/// write whose reply was lost is never applied twice; if it cannot be found out whether it was
/// applied, the call fails with Outcome::unknown.
///
/// Thread-safe, except for moving and destruction. A moved-from object may only be assigned to and
/// destroyed.
class SharedValue {
public:
    /// Sends nothing. `retry`: pauses between the tries of one call, and their limits; by default
    /// no limit, pauses of 10 ms doubling to 1 s. Throws BadArgumentsError if the path is malformed
    /// or "/", and std::bad_alloc.
    SharedValue(
        const KazooClient& client,
        PathView path,
        const DataView& seed = {},
        const RetryPolicy& retry = default_retry()
    );
    SharedValue(SharedValue&&) noexcept;
    SharedValue& operator=(SharedValue&&) noexcept;
    ~SharedValue();

    /// Returns the policy that the constructor uses by default.
    [[nodiscard]] static RetryPolicy default_retry() noexcept;

    /// Reads the value from the connected server; creates the node with the seed if it is missing.
    AsyncResult<VersionedValue> get_async(const CallOptions& options = {}) const;
    VersionedValue get(const CallOptions& options = {}) const;

    /// Sets the value, whatever it is. Returns the new one.
    AsyncResult<VersionedValue> set_async(const DataView& data, const CallOptions& options = {})
        const;
    VersionedValue set(const DataView& data, const CallOptions& options = {}) const;

    /// Sets the value if it is still `previous`, which `get`, `set`, `try_set` or a listener has
    /// given. Returns the new value, or std::nullopt if there is another one. Takes one round trip.
    /// Compares the transaction that has written the value; servers compare the version only: if
    /// the node is deleted and created again within that round trip, a value of the new node with
    /// the same version may be replaced.
    AsyncResult<std::optional<VersionedValue>> try_set_async(
        const VersionedValue& previous, const DataView& data, const CallOptions& options = {}
    ) const;
    std::optional<VersionedValue> try_set(
        const VersionedValue& previous, const DataView& data, const CallOptions& options = {}
    ) const;

    /// Returns the newest value that this object has seen in its calls, listeners and streams;
    /// std::nullopt if none. Asks no server.
    [[nodiscard]] std::optional<VersionedValue> newest() const;

    /// Calls `function(const VersionedValue&)` with the present value and with each newer one. It
    /// returns void, or bool: false ends the watch. What DataWatch says of calls, threads, errors
    /// and the end applies; a node that does not exist is not reported. Throws
    /// ConnectionClosedError if the client has been destroyed, std::bad_alloc, and what copying the
    /// function throws.
    template <class Function>
    [[nodiscard]] DataWatch listen(
        Function&& function, const DataWatchOptions& options = DataWatchOptions()
    ) const {
        using Stored = std::decay_t<Function>;
        static_assert(
            std::is_invocable_v<Stored&, const VersionedValue&>,
            "kazoo: a listener of a SharedValue is called with a const VersionedValue&"
        );
        return listen_function(
            detail::watch_function<VersionedValue>(
                std::forward<Function>(function),
                [](Stored& f, VersionedValue& value) { return f(std::as_const(value)); }
            ),
            options
        );
    }
    /// Returns a stream of the present value and each newer one. Nothing is read before its first
    /// `next`. Throws as `listen` does.
    [[nodiscard]] SharedValueStream changes(const DataWatchOptions& options = DataWatchOptions())
        const;

private:
    [[nodiscard]] DataWatch listen_function(
        UniqueFunction<bool(VersionedValue&)> function, const DataWatchOptions& options
    ) const;

    std::shared_ptr<detail::recipe::SharedValueState> state_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
