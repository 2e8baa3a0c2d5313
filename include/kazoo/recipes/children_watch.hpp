// SPDX-License-Identifier: Apache-2.0
/// ChildrenWatch: calls a function with the children of a node, now and after every change.
/// ChildrenStream: the same for coroutines.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/watch_function.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/detail/watch_holder.hpp>
#include <kazoo/recipes/watch_options.hpp>
#include <kazoo/stat.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// What a ChildrenWatch or ChildrenStream has found. All names are without the parent's path and in
/// ascending order of their bytes.
class ChildrenChange {
public:
    ChildrenChange() {}

    /// All children.
    std::vector<std::string> children;
    /// The children that the previous report did not contain. In the first report all of them.
    std::vector<std::string> added;
    /// The children of the previous report that are gone. A child that was deleted and created
    /// again between two reads is neither here nor in `added`.
    std::vector<std::string> removed;
    /// The stat of the node itself; std::nullopt if it does not exist, which is reported with
    /// ChildrenWatchOptions::wait_for_node only.
    std::optional<ZnodeStat> stat;
    /// The event of the server that led to this change. If several changes were conflated, the
    /// last of them that was received. std::nullopt for the first report and where the change was
    /// noticed without an event, as after the loss of a session.
    std::optional<WatchedEvent> event;
};

namespace detail {

/// Wraps the function of a ChildrenWatch.
template <class Function>
UniqueFunction<bool(ChildrenChange&)> children_function(Function&& function) {
    using Stored = std::decay_t<Function>;
    using Names = std::vector<std::string>;
    constexpr bool takes_change = std::is_invocable_v<Stored&, ChildrenChange>;
    constexpr bool takes_event = std::is_invocable_v<Stored&, Names, std::optional<WatchedEvent>>;
    constexpr bool takes_names = std::is_invocable_v<Stored&, Names>;
    static_assert(
        takes_change || takes_event || takes_names,
        "kazoo: the function of a ChildrenWatch is called with a const ChildrenChange&, or with "
        "const std::vector<std::string>& children, optionally followed by const "
        "std::optional<WatchedEvent>& event"
    );
    if constexpr (takes_change) {
        return watch_function<ChildrenChange>(
            std::forward<Function>(function),
            [](Stored& f, ChildrenChange& change) { return f(std::move(change)); }
        );
    } else if constexpr (takes_event) {
        return watch_function<ChildrenChange>(
            std::forward<Function>(function),
            [](Stored& f, ChildrenChange& change) {
                return f(std::move(change.children), std::move(change.event));
            }
        );
    } else if constexpr (takes_names) {
        return watch_function<ChildrenChange>(
            std::forward<Function>(function),
            [](Stored& f, ChildrenChange& change) { return f(std::move(change.children)); }
        );
    } else {
        return {};
    }
}

}  // namespace detail

/// Calls a function with the names of a node's children: once at the beginning, and after every
/// change (kazoo's `ChildrenWatch`).
///
///     ChildrenWatch watch(zk, "/members", [](const std::vector<std::string>& children) {
///         show(children);
///     });
///     ChildrenWatch watch(zk, "/members", [](const ChildrenChange& change) {
///         for (const auto& name : change.added) connect_to(name);
///     });
///
/// The function is called with one of these, whichever it accepts, the first that fits:
/// - `const ChildrenChange&`, which also contains the difference to the previous call;
/// - `(children, event)`, kazoo's `send_event=True`: `const std::vector<std::string>&`,
///   `const std::optional<WatchedEvent>&`;
/// - `(children)`.
/// It returns void, or bool: false ends the watch.
///
/// Calls: after the first one, when a child was created or deleted. Changes of a child's data or of
/// its own children are not reported. A child that was deleted and created again is reported,
/// although the names are the same. Unlike in kazoo this holds after the loss of a session as well.
///
/// The node: if it does not exist, or is deleted later, the watch ends (WatchEnd::no_node) and
/// NoNodeError is reported to on_error; with ChildrenWatchOptions::wait_for_node it is waited for.
///
/// For everything else see DataWatch: conflation, threads, sessions, errors, and the end.
class [[nodiscard]] ChildrenWatch {
public:
    /// Begins to watch. Returns at once. The client need not be started. Throws BadArgumentsError
    /// if the path is malformed, std::bad_alloc, and what copying `function` throws.
    template <class Function>
    ChildrenWatch(
        KazooClient& client,
        PathView path,
        Function&& function,
        const ChildrenWatchOptions& options = ChildrenWatchOptions()
    )
        : watch_(begin(
              client, path, detail::children_function(std::forward<Function>(function)), options
          )) {}
    ChildrenWatch(ChildrenWatch&&) noexcept = default;
    /// Stops the watch that is replaced.
    ChildrenWatch& operator=(ChildrenWatch&&) noexcept = default;
    /// Calls stop().
    ~ChildrenWatch() = default;

    /// As DataWatch::stop.
    void stop() noexcept { watch_.stop(); }
    /// Returns why the watch has ended; std::nullopt while it continues.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept { return watch_.ended(); }
    /// As DataWatch::first_call; fails with NoNodeError if the node does not exist.
    [[nodiscard]] AsyncResult<void> first_call() const { return watch_.first_call(); }

private:
    static detail::WatchHolder begin(
        KazooClient& client,
        PathView path,
        UniqueFunction<bool(ChildrenChange&)> function,
        const ChildrenWatchOptions& options
    );

    detail::WatchHolder watch_;
};

/// The changes of a node's children as a stream for coroutines.
///
///     ChildrenStream stream(zk, "/members");
///     while (auto change = co_await stream.next()) {
///         show(change->children);
///     }
///
/// The first `next` returns the present children, later ones wait for the next change; the
/// difference is that to the previous `next`. The stream ends (std::nullopt) if the node does not
/// exist, unless wait_for_node is set, and when the client is stopped. For everything else see
/// DataStream.
class [[nodiscard]] ChildrenStream {
public:
    /// Throws as the constructor of ChildrenWatch does. Nothing is read before the first `next`.
    explicit ChildrenStream(
        KazooClient& client,
        PathView path,
        const ChildrenWatchOptions& options = ChildrenWatchOptions()
    );
    ChildrenStream(ChildrenStream&&) noexcept = default;
    ChildrenStream& operator=(ChildrenStream&&) noexcept = default;
    /// Calls stop().
    ~ChildrenStream() = default;

    /// As DataStream::next.
    AsyncResult<std::optional<ChildrenChange>> next();
    /// As DataStream::stop.
    void stop() noexcept { watch_.stop(); }
    /// Returns why the stream has ended; std::nullopt while it continues.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept { return watch_.ended(); }

private:
    detail::WatchHolder watch_;
};

}  // namespace kazoo
KAZOO_API_END
