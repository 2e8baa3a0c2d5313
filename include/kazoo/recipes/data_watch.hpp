// SPDX-License-Identifier: Apache-2.0
/// DataWatch: calls a function with the data of a node, now and after every change. DataStream: the
/// same for coroutines.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/watch_function.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/detail/watch_holder.hpp>
#include <kazoo/recipes/watch_options.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// What a DataWatch or DataStream has found.
class DataChange {
public:
    DataChange() {}

    /// The node; std::nullopt if it does not exist.
    std::optional<NodeData> node;
    /// The event of the server that led to this change. If several changes were conflated, the
    /// last of them that was received. std::nullopt for the first report and where the change was
    /// noticed without an event, as after the loss of a session.
    std::optional<WatchedEvent> event;
};

namespace detail {

/// Wraps the function of a DataWatch.
template <class Function>
UniqueFunction<bool(DataChange&)> data_function(Function&& function) {
    using Stored = std::decay_t<Function>;
    using Data = std::optional<std::string>;
    using OptionalStat = std::optional<ZnodeStat>;
    constexpr bool takes_change = std::is_invocable_v<Stored&, DataChange>;
    constexpr bool takes_two = std::is_invocable_v<Stored&, Data, OptionalStat>;
    constexpr bool takes_three =
        std::is_invocable_v<Stored&, Data, OptionalStat, std::optional<WatchedEvent>>;
    static_assert(
        takes_change || takes_two || takes_three,
        "kazoo: the function of a DataWatch is called with a const DataChange&, or with (const "
        "std::optional<std::string>& data, const std::optional<ZnodeStat>& stat), optionally "
        "followed by (const std::optional<WatchedEvent>& event)"
    );
    [[maybe_unused]] constexpr auto take_data = [](DataChange& change) {
        const bool has_data = change.node && !change.node->null_data;
        return has_data ? Data(std::move(change.node->data)) : Data();
    };
    [[maybe_unused]] constexpr auto stat = [](const DataChange& change) {
        return change.node ? OptionalStat(change.node->stat) : OptionalStat();
    };
    if constexpr (takes_change) {
        return watch_function<DataChange>(
            std::forward<Function>(function),
            [](Stored& f, DataChange& change) { return f(std::move(change)); }
        );
    } else if constexpr (takes_three) {
        return watch_function<DataChange>(
            std::forward<Function>(function),
            [take_data, stat](Stored& f, DataChange& change) {
                return f(take_data(change), stat(change), std::move(change.event));
            }
        );
    } else if constexpr (takes_two) {
        return watch_function<DataChange>(
            std::forward<Function>(function),
            [take_data, stat](Stored& f, DataChange& change) {
                return f(take_data(change), stat(change));
            }
        );
    } else {
        return {};
    }
}

}  // namespace detail

/// Calls a function with the data of a node: once at the beginning, and after every change (kazoo's
/// `DataWatch`). A node that does not exist is waited for.
///
///     DataWatch watch(zk, "/config", [](const std::optional<std::string>& data,
///                                       const std::optional<ZnodeStat>& stat) {
///         reload(data.value_or(""));
///     });
///
/// The function is called with one of these, whichever it accepts, the first that fits:
/// - `const DataChange&`;
/// - `(data, stat, event)`, as in kazoo: `const std::optional<std::string>&`,
///   `const std::optional<ZnodeStat>&`, `const std::optional<WatchedEvent>&`. If the node does not
///   exist, data and stat are std::nullopt; null data is std::nullopt with a stat;
/// - `(data, stat)`.
/// It returns void, or bool: false ends the watch.
///
/// Calls: the first is made as soon as the node has been read, which may take until the client is
/// connected; the constructor does not wait for it (see first_call). Later ones are made when the
/// node was created, deleted, or its data set, also to the same value. No change is lost: data and
/// watch are requested together. Changes that follow each other faster than the function returns
/// are conflated: it is called with the last state, not with every one. A deletion and creation
/// between two reads are one change.
///
/// Threads: the function runs on Lane::callback of the client's handler, one call at a time. It may
/// block if the handler has threads or fibers, and thereby delays other watch functions. It may
/// stop or destroy this object and the client. An exception that it throws is logged at error
/// level, and counts as if it had returned true. The object itself is thread-safe, except for
/// moving and destruction.
///
/// Session: the watch survives reconnects. After the loss of the session it reads the node again
/// in the next session, and calls the function if the node has changed meanwhile; with
/// allow_session_lost(false) it ends. While the client is stopped there are no calls; if it is
/// started again the watch continues (unless allow_session_lost is false). It ends when the client
/// is destroyed.
///
/// Errors of reads are retried, see DataWatchOptions::retry and on_error: a node that may not be
/// read (NoAuthError) is reported, and called for as soon as it can be read.
///
/// Ends: the function is destroyed when the watch ends; on Lane::callback, but in the calling
/// thread of `stop`, and when the client is destroyed, in the thread that does so. The watch of the
/// server and a small object in the client remain until the node changes or the session ends.
///
/// A moved-from object may only be stopped, assigned to and destroyed; the same holds for the other
/// classes of these headers.
class [[nodiscard]] DataWatch {
public:
    /// Begins to watch. Returns at once. The client need not be started. Throws BadArgumentsError
    /// if the path is malformed, std::bad_alloc, and what copying `function` throws.
    template <class Function>
    DataWatch(
        KazooClient& client,
        PathView path,
        Function&& function,
        const DataWatchOptions& options = DataWatchOptions()
    )
        : watch_(
              begin(client, path, detail::data_function(std::forward<Function>(function)), options)
          ) {}
    DataWatch(DataWatch&&) noexcept = default;
    /// Stops the watch that is replaced.
    DataWatch& operator=(DataWatch&&) noexcept = default;
    /// Calls stop().
    ~DataWatch() = default;

    /// Ends the watch. No call of the function or of on_error begins after this has returned. A
    /// call in progress on another thread or fiber is waited for, so that captured references are
    /// not used any more; within any callback of the handler, and where the thread must not block
    /// (on a loop that several threads run), it is not. Idempotent.
    void stop() noexcept { watch_.stop(); }

    /// Returns why the watch has ended; std::nullopt while it continues.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept { return watch_.ended(); }

    /// Returns a result that becomes ready when the first call of the function has returned. Fails
    /// if the watch ends before: with CancelledError (stopped), SessionExpiredError,
    /// ConnectionClosedError, or the error that ended it. To have the constructor's effect of
    /// kazoo: `watch.first_call().get(10s)`.
    [[nodiscard]] AsyncResult<void> first_call() const { return watch_.first_call(); }

private:
    static detail::WatchHolder begin(
        KazooClient& client,
        PathView path,
        UniqueFunction<bool(DataChange&)> function,
        const DataWatchOptions& options
    );

    detail::WatchHolder watch_;
};

/// The changes of a node's data as a stream for coroutines.
///
///     DataStream stream(zk, "/config");
///     while (auto change = co_await stream.next()) {
///         reload(change->node);
///     }
///
/// The first `next` returns the present state, later ones wait for the next change. The stream
/// keeps nothing but what identifies the last state that it returned: changes between two calls of
/// `next` are conflated, and while none is pending the node is not read.
///
/// With g++ 12 a coroutine with such a loop must have a local variable, like the stream above; see
/// <kazoo/async_result.hpp>.
///
/// Differs from DataWatch in its end: the stream ends when the client is stopped, gives up, or is
/// not running. Otherwise what DataWatch says of changes, sessions and errors applies. Thread-safe,
/// except for moving and destruction.
class [[nodiscard]] DataStream {
public:
    /// Throws as the constructor of DataWatch does. Nothing is read before the first `next`.
    explicit DataStream(
        KazooClient& client, PathView path, const DataWatchOptions& options = DataWatchOptions()
    );
    DataStream(DataStream&&) noexcept = default;
    DataStream& operator=(DataStream&&) noexcept = default;
    /// Calls stop().
    ~DataStream() = default;

    /// Returns the next change; std::nullopt when the stream has ended (see `ended`).
    ///
    /// Fails with BadArgumentsError if a `next` is pending, with the error that ends the stream
    /// (WatchEnd::failed), and with OutOfMemoryError; after the latter the stream continues. The
    /// result may be cancelled; a later `next` then returns what this one would have.
    AsyncResult<std::optional<DataChange>> next();

    /// Ends the stream: a pending `next` returns std::nullopt. Does not wait. Idempotent.
    void stop() noexcept { watch_.stop(); }

    /// Returns why the stream has ended; std::nullopt while it continues.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept { return watch_.ended(); }

private:
    detail::WatchHolder watch_;
};

}  // namespace kazoo
KAZOO_API_END
