// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kazoo::detail::client {

using ListenerFunction = UniqueFunction<bool(const StateChange&)>;

/// The state listeners of a client. They are called on the session lane, one change after the
/// other. The functions are called, moved and destroyed without mutex_ held. Thread-safe.
class Listeners : public std::enable_shared_from_this<Listeners> {
public:
    explicit Listeners(std::shared_ptr<Handler> handler) : handler_(std::move(handler)) {}

    std::uint64_t add(ListenerFunction function, ListenFrom from);
    /// Removes a listener. Returns whether it was registered. Does not wait for a call of it that
    /// is under way.
    bool remove(std::uint64_t id);
    /// The same, but waits until a call under way has returned, unless the caller is in a listener.
    /// Throws WouldDeadlockError, after removing it, where the wait could never end.
    bool remove_and_wait(std::uint64_t id);
    /// Dispatches a change to the listeners that are registered now. Those that are removed before
    /// their turn comes are not called. Returns whether there are any.
    bool notify(const StateChange& change);

private:
    struct Entry {
        std::uint64_t id = 0;
        ListenerFunction function;   // called on the session lane only
        std::uint64_t seen = 0;      // number of the last change it was called with; lane only
        bool removed = false;        // guarded by mutex_
        std::optional<Event> ended;  // guarded by mutex_: set when the call under way has returned
    };
    using EntryPtr = std::shared_ptr<Entry>;
    struct Call {
        StateChange change;
        std::uint64_t number;    // of the change
        std::uint64_t last_id;   // listeners that were added later do not receive the change
        std::uint64_t only = 0;  // if not 0, the call is for this listener only: its first state
    };

    void dispatch(const Call& call);
    void run(const Call& call);
    void call_one(Entry& entry, const Call& call);
    [[nodiscard]] EntryPtr next(std::uint64_t id, const Call& call);
    [[nodiscard]] EntryPtr take(std::uint64_t id);

    const std::shared_ptr<Handler> handler_;
    std::mutex mutex_;
    // Guarded by mutex_; for the entries themselves see Entry:
    std::uint64_t last_id_ = 0;
    std::uint64_t changes_ = 0;      // number of the last change
    StateChange current_;            // the last change
    std::vector<EntryPtr> entries_;  // by ascending id
    EntryPtr calling_;               // the one whose function is running, or null
};

}  // namespace kazoo::detail::client
