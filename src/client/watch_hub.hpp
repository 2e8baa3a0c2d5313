// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.hpp"
#include "client/chain.hpp"
#include "client/shared_watch.hpp"
#include "client/watch_requests.hpp"
#include "session/events.hpp"

#include <kazoo/call_options.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/watch_operations.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace kazoo::detail::client {

class CallContext;
class Core;

/// The persistent and recursive watches of a client, each shared by any number of handles. Decides
/// when a watch is set and removed on the server:
///
///     any thread              connection's executor             callback lane
///     ----------              ---------------------             -------------
///     add, drop, remove       on_added, on_removed: replies
///                             admit: which handles get an
///                             event, and which watches end ---> SharedWatch::deliver
///                             note_gap: a new connection -----> GAP to each watch
///
/// Events, gaps and replies arrive here in the order in which they occurred in the session, so that
/// `set` means registered in the session. Kept alive by its client and by handles, which may
/// outlive it.
///
/// mutex_ guards the state of all shared watches. With it held, no request is submitted, no result
/// is completed, and no function or value of a user is called, copied or destroyed.
class WatchHub : public std::enable_shared_from_this<WatchHub> {
public:
    WatchHub(std::shared_ptr<Handler> handler, const Chroot& chroot)
        : handler_(std::move(handler)), chroot_(chroot) {}

    // Thread-safe.

    /// Adds a handle. Throws std::bad_alloc; all other errors are in the result.
    AsyncResult<WatchHandle> add(
        Core& core,
        std::string_view path,
        std::string_view server_path,
        WatchMode mode,
        const Watcher& watch,
        const CallContext& context
    );
    /// Removes a handle, in the background.
    void drop(HeldWatch& held) noexcept;
    /// Removes a handle. The result is ready when the server has removed the watch as well.
    AsyncResult<void> remove(HeldWatch& held, const CallOptions& options);
    [[nodiscard]] bool is_active(const HeldWatch& held) const noexcept;
    /// Called when the result of an AddWatch has failed, for a reason other than a reply.
    void withdraw(AddWatch& failed) noexcept;
    [[nodiscard]] std::mutex& mutex() const noexcept { return mutex_; }
    /// Returns the client's core; null if the client has been destroyed.
    [[nodiscard]] std::shared_ptr<Core> core() const noexcept;
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }
    /// The process was forked: nothing may be locked, and handles are left to the parent.
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }
    /// Called when the client's core is destroyed.
    void close() noexcept;

    /// Adds a watch that a session which is about to start takes over from another client, with a
    /// handle of the hub's own for `function`. Returns what the session registers; null if the hub
    /// has such a watch. Throws std::bad_alloc.
    [[nodiscard]] detail::RefPtr<SharedWatch> resume(
        Core& core,
        session::WatchKind kind,
        std::string_view path,
        const detail::RefPtr<detail::WatcherState>& function
    );
    /// Removes these handles.
    void drop_resumed() noexcept;
    /// The session has ended: removes them behind the events that tell them so.
    void end_resumed() noexcept;
    /// The session has not started: these watches are not set.
    void abandon_resumed() noexcept;

    // On the connection's executor.

    void on_added(SharedWatch& watch, const session::ReplyEvent& reply) noexcept;
    void on_removed(SharedWatch& watch, const session::ReplyEvent& reply) noexcept;
    /// The request of the watch will never be answered.
    void on_abandoned(SharedWatch& watch) noexcept;
    /// Removes from `fired` the lasting watches that have no use for the event. Returns the number
    /// of the last handle that gets it. With `overloaded`, a gap takes the place of the event. May
    /// be called again with the same event.
    [[nodiscard]] std::uint64_t admit(session::WatchFired& fired, bool overloaded) noexcept;
    /// Each watch that is set may have missed events.
    void note_gap() noexcept;
    /// Returns whether gaps have been noted. Without the mutex, for every event.
    [[nodiscard]] bool has_gaps() const noexcept {
        return has_gaps_.load(std::memory_order_relaxed);
    }
    /// Dispatches the gaps that have been noted. Returns whether there were any that have not been
    /// dispatched. Throws std::bad_alloc and is then called again.
    [[nodiscard]] bool post_gaps();

private:
    enum class Joined { set, waits, first };
    struct Place {
        session::WatchKind kind;
        std::string_view path;
    };
    struct ByPlace {
        using is_transparent = void;
        static Place of(const detail::RefPtr<SharedWatch>& watch) noexcept {
            return {watch->kind, watch->path};
        }
        static Place of(const Place& place) noexcept { return place; }
        template <class A, class B>
        bool operator()(const A& a, const B& b) const noexcept {
            const auto x = of(a);
            const auto y = of(b);
            return x.kind != y.kind ? x.kind < y.kind : x.path < y.path;
        }
    };

    [[nodiscard]] Joined join(
        Core& core,
        AddWatch& operation,
        session::WatchKind kind,
        std::string_view path,
        detail::RefPtr<RemoveHandle>& overtaken
    );
    void submit_add(SharedWatch& watch) noexcept;
    [[nodiscard]] detail::RefPtr<HeldWatch> next_resumed(
        detail::RefPtr<detail::WatcherState>& function
    ) noexcept;
    [[nodiscard]] bool submit_removal(SharedWatch& watch) noexcept;
    void fail_add(SharedWatch& watch, const Error& error) noexcept;
    void complete_all(Chain& waiting, const Error* error) noexcept;
    void send_removal(const detail::RefPtr<SharedWatch>& begun) noexcept;
    void removal_not_sent(SharedWatch& watch, const Error& error) noexcept;
    void finish_removal(SharedWatch& watch) noexcept;
    void reconcile() noexcept;
    void deliver_gaps(Handler& handler) noexcept;
    [[nodiscard]] std::optional<WatchedEvent> gap_of(const SharedWatch& watch) const noexcept;
    void put_back_gap(SharedWatch& watch, std::uint64_t last) noexcept;
    [[nodiscard]] detail::RefPtr<SharedWatch> next_gap(std::uint64_t& last) noexcept;
    void complete(detail::RefPtr<RemoveHandle> removals, const Error* error) noexcept;
    void discard(detail::RefPtr<detail::RefCounted> object) noexcept;

    // With mutex_ held:
    [[nodiscard]] detail::RefPtr<detail::WatcherState> detach(HeldWatch& held) noexcept;
    [[nodiscard]] detail::RefPtr<SharedWatch> begin_removal(SharedWatch& watch) noexcept;
    [[nodiscard]] detail::RefPtr<SharedWatch> next_removal() noexcept;
    [[nodiscard]] detail::RefPtr<SharedWatch> end(SharedWatch& watch) noexcept;
    [[nodiscard]] bool wants(SharedWatch& watch, EventType type, bool overloaded) noexcept;
    void mark_gap(SharedWatch& watch) noexcept;
    void cover_restoration(Core& core, SharedWatch& watch);

    /// Removals that are under way at the same time. More wait, so that a client that drops many
    /// handles at once does not fill the queue of requests.
    static constexpr std::size_t most_removals = 1024;

    const std::shared_ptr<Handler> handler_;
    const Chroot chroot_;
    const base::ForkGuard fork_;

    mutable std::mutex mutex_;
    // Guarded by mutex_, like all that changes in the shared watches:
    std::weak_ptr<Core> core_;                                // set by the first add
    std::set<detail::RefPtr<SharedWatch>, ByPlace> watches_;  // none of them has ended
    std::uint64_t last_number_ = 0;                           // of a handle
    std::size_t removals_ = 0;                                // under way
    Chain unwanted_;  // SharedWatch::unwanted: set, and to be removed
    detail::RefPtr<SharedWatch> first_gap_;
    SharedWatch* last_gap_ = nullptr;
    std::atomic<bool> has_gaps_{false};            // first_gap_ is not null; read without mutex_
    bool gaps_posted_ = false;                     // a task on the callback lane will deliver them
    detail::RefPtr<RemoveHandle> ended_removals_;  // of watches that admit() has ended
    std::vector<detail::RefPtr<HeldWatch>> resumed_;  // a cycle of references, until dropped
};

/// Owns the hub of a core, and closes it with the core.
class WatchHubOwner {
public:
    WatchHubOwner(std::shared_ptr<Handler> handler, const Chroot& chroot)
        : hub_(std::make_shared<WatchHub>(std::move(handler), chroot)) {}
    WatchHubOwner(const WatchHubOwner&) = delete;
    WatchHubOwner& operator=(const WatchHubOwner&) = delete;
    ~WatchHubOwner() { hub_->close(); }
    WatchHub* operator->() const noexcept { return hub_.get(); }
    WatchHub& operator*() const noexcept { return *hub_; }

private:
    const std::shared_ptr<WatchHub> hub_;
};

}  // namespace kazoo::detail::client
