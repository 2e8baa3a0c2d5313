// SPDX-License-Identifier: Apache-2.0
/// Counter and DoubleCounter: a number in a node, which many processes change.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/retry.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace kazoo::detail::recipe {
template <class Number>
class CounterState;
}

KAZOO_API_BEGIN
namespace kazoo {

/// How the number is stored in the node.
enum class CounterFormat {
    /// As text, as Python writes it: `3`, `0.30000000000000004`, `1e+16`. kazoo's `Counter`.
    text,
    /// Four bytes, the first with the highest bits, signed. Curator's `SharedCount` and
    /// `DistributedAtomicInteger`; kazoo's `Counter` with `support_curator`.
    int32_be,
    /// Eight bytes, likewise. Curator's `DistributedAtomicLong`.
    int64_be
};

/// Options of a Counter or DoubleCounter. A value; setters chain.
class CounterOptions {
public:
    CounterOptions() {}

    /// How the number is stored. All processes must agree. Default: CounterFormat::text, the only
    /// one for a DoubleCounter.
    CounterOptions& format(CounterFormat value) & noexcept {
        format_ = value;
        return *this;
    }
    CounterOptions format(CounterFormat value) && { return std::move(format(value)); }
    [[nodiscard]] CounterFormat format() const noexcept { return format_; }

    /// Pauses between the tries of one change, and their limits. A try fails if another process
    /// changes the number at the same time, and with errors that pass. Default: no limit, pauses of
    /// 10 ms doubling to 1 s.
    CounterOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    CounterOptions retry(const RetryPolicy& value) && { return std::move(retry(value)); }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

    /// Makes each change a transaction that also creates a marker, a node with a random name under
    /// `parent` (Transaction::protect), so that a change whose reply was lost is neither repeated
    /// nor reported as unknown: the tries go on until it is known. `parent` is created if it is
    /// missing, and should be used for markers only. The marker is deleted when the outcome is
    /// known; if the process dies before, it stays. Set a time to live, `CreateOptions().ttl(1h)`,
    /// to have the servers delete such markers. Each change costs one request more. Default: none.
    CounterOptions& exactly_once(PathView parent, CreateOptions marker = CreateOptions()) & {
        marker_parent_ = std::string(parent);
        marker_ = std::make_shared<const CreateOptions>(std::move(marker));
        return *this;
    }
    CounterOptions exactly_once(PathView parent, CreateOptions marker = CreateOptions()) && {
        return std::move(exactly_once(parent, std::move(marker)));
    }
    /// Returns the parent of the markers; std::nullopt if there are none.
    [[nodiscard]] const std::optional<std::string>& marker_parent() const noexcept {
        return marker_parent_;
    }
    /// Returns how the markers are created. Throws std::bad_alloc.
    [[nodiscard]] CreateOptions marker() const { return marker_ ? *marker_ : CreateOptions(); }

private:
    CounterFormat format_ = CounterFormat::text;
    RetryPolicy retry_ =
        RetryPolicy().delay(std::chrono::milliseconds(10)).max_delay(std::chrono::seconds(1));
    std::optional<std::string> marker_parent_;
    // Shared by copies. As a member it would cause false warnings of g++ 12 in programs of users
    // (-Wmaybe-uninitialized).
    std::shared_ptr<const CreateOptions> marker_;
};

/// What a change of a counter has done.
template <class Number>
class CounterChange {
public:
    CounterChange() {}
    /// False only for compare_and_set, if the counter had another value, which is `pre_value`.
    bool changed = false;
    Number pre_value{};        ///< The value that was found.
    Number post_value{};       ///< The value afterwards.
    std::int32_t version = 0;  ///< ZnodeStat::version of the node afterwards.
};

/// A number in a node, which many processes change (kazoo's `Counter`). Number is std::int64_t or
/// double; use the names Counter and DoubleCounter.
///
///     Counter visits(zk, "/visits");
///     visits += 2;
///     const auto change = visits.add(1);           // change.pre_value, change.post_value
///     auto now = co_await visits.value_async();
///
/// Layout: the persistent node `path`, whose data is the number (CounterFormat); empty or null data
/// is the default value. Changes create the node, and its parents, if it is missing; reads do not.
///
/// Guarantees: a change is a read and a write on the condition that the node has not been changed
/// in between, and is repeated until that holds. So no change of another process is lost, and each
/// change takes effect at one point in time. `value` shows the state of the connected server, which
/// may lag behind, but never one before what this client has seen.
///
/// Lost replies: if the connection is lost before the reply to a write, the node is read again. If
/// it is as before, the write is sent again: the condition lets only one of the two through. If
/// another process has written something else in its place, the change is repeated. Otherwise it
/// cannot be found out whether the write was applied, because another process may have written the
/// same: the change fails with the error of the lost reply and Outcome::unknown. It is never
/// applied twice. CounterOptions::exactly_once avoids the unknown outcome. (kazoo repeats the
/// change and adds twice.)
///
/// Errors of changes: RetryFailedError if CounterOptions::retry allows no other try;
/// MalformedDataError if the node contains something else, also an integer beyond 64 bits, which
/// Python can store; BadArgumentsError (Outcome::not_applied) if the new value does not fit into
/// the format or is not finite; BadVersionError if the version of the node is -1, after 2^32
/// writes, which servers cannot compare: set the node once by other means. OperationTimeoutError
/// and CancelledError with Outcome::unknown mean that the change may have been applied. Other
/// errors are those of KazooClient::get, set and create.
///
/// Calls: each has a blocking and an asynchronous form; a time limit covers the whole call. They
/// continue when the object is destroyed or the client is moved. Errors that pass with a reconnect
/// or a new session are retried. If the client is stopped or destroyed, calls fail with
/// ConnectionClosedError. Callbacks of results run on Lane::completion.
///
/// Thread-safe, except for moving and destruction. A moved-from object may only be assigned to and
/// destroyed.
template <class Number>
class BasicCounter {
    static_assert(
        std::is_same_v<Number, std::int64_t> || std::is_same_v<Number, double>,
        "kazoo: a counter is a Counter (std::int64_t) or a DoubleCounter (double)"
    );

public:
    /// Sends nothing. `default_value`: the value of a counter that does not exist or is empty.
    /// Throws BadArgumentsError if the path is malformed or "/", the options need integers, or the
    /// default value does not fit into the format; and std::bad_alloc.
    BasicCounter(
        const KazooClient& client,
        PathView path,
        Number default_value = Number(),
        const CounterOptions& options = CounterOptions()
    );
    BasicCounter(const KazooClient& client, PathView path, const CounterOptions& options)
        : BasicCounter(client, path, Number(), options) {}
    BasicCounter(BasicCounter&&) noexcept;
    BasicCounter& operator=(BasicCounter&&) noexcept;
    ~BasicCounter();

    /// Returns the value.
    AsyncResult<Number> value_async(const CallOptions& options = {}) const;
    Number value(const CallOptions& options = {}) const;

    /// Add to the value and subtract from it.
    AsyncResult<CounterChange<Number>> add_async(Number delta, const CallOptions& options = {})
        const;
    CounterChange<Number> add(Number delta, const CallOptions& options = {}) const;
    AsyncResult<CounterChange<Number>> subtract_async(Number delta, const CallOptions& options = {})
        const;
    CounterChange<Number> subtract(Number delta, const CallOptions& options = {}) const;
    /// As add and subtract, blocking, without a limit of their own.
    BasicCounter& operator+=(Number delta) {
        add(delta);
        return *this;
    }
    BasicCounter& operator-=(Number delta) {
        subtract(delta);
        return *this;
    }

    /// Sets the value, whatever it is. Returns what it was.
    AsyncResult<CounterChange<Number>> set_async(Number value, const CallOptions& options = {})
        const;
    CounterChange<Number> set(Number value, const CallOptions& options = {}) const;
    /// Sets the value if it is `expected`. Otherwise changes nothing, and returns what it is.
    AsyncResult<CounterChange<Number>> compare_and_set_async(
        Number expected, Number value, const CallOptions& options = {}
    ) const;
    CounterChange<Number> compare_and_set(
        Number expected, Number value, const CallOptions& options = {}
    ) const;

private:
    std::shared_ptr<const detail::recipe::CounterState<Number>> state_;  // null: moved from
};

extern template class BasicCounter<std::int64_t>;
extern template class BasicCounter<double>;

/// A counter of integers.
using Counter = BasicCounter<std::int64_t>;
/// A counter of floating-point numbers, as kazoo's with a `float` as the default. Additions are
/// rounded: the order of the changes may matter.
using DoubleCounter = BasicCounter<double>;

}  // namespace kazoo
KAZOO_API_END
