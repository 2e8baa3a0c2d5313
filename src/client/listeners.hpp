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

/// The state listeners of a client, called on the session lane, one change after the other.
/// Functions of users are moved, called and destroyed without mutex_, and on the lane only where a
/// LaneScope says so.
class Listeners : public std::enable_shared_from_this<Listeners> {
public:
    explicit Listeners(std::shared_ptr<Handler> handler) : handler_(std::move(handler)) {}

    std::uint64_t add(ListenerFunction function, ListenFrom from);
    /// Returns whether it was there. Does not wait for a call of it that is under way.
    bool remove(std::uint64_t id);
    /// The same, and waits for a call under way to return, unless the caller is in a listener.
    /// Throws WouldDeadlockError, after removing it, where such a wait could never end.
    bool remove_and_wait(std::uint64_t id);
    /// Calls, when their turn comes, all listeners that are there now and have not been removed
    /// until then.
    void notify(const StateChange& change);

private:
    struct Entry {
        std::uint64_t id = 0;
        ListenerFunction function;
        std::uint64_t seen = 0;      // the last change it was called with; session lane only
        bool removed = false;        // guarded by mutex_
        std::optional<Event> ended;  // a caller waits for the call under way; guarded by mutex_
    };
    using EntryPtr = std::shared_ptr<Entry>;
    struct Call {
        StateChange change;
        std::uint64_t number;    // of the change
        std::uint64_t last_id;   // listeners that came later do not receive it
        std::uint64_t only = 0;  // a new listener that asked for the present state
    };

    void dispatch(const Call& call);
    void run(const Call& call);
    void call_one(Entry& entry, const Call& call);
    [[nodiscard]] EntryPtr next(std::uint64_t id, const Call& call);
    [[nodiscard]] EntryPtr take(std::uint64_t id);

    const std::shared_ptr<Handler> handler_;
    std::mutex mutex_;  // guards all below, but not what the entries hold
    std::uint64_t last_id_ = 0;
    std::uint64_t changes_ = 0;
    StateChange current_;
    std::vector<EntryPtr> entries_;
    EntryPtr calling_;
};

}  // namespace kazoo::detail::client
