// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/chain.hpp"
#include "session/watch_registry.hpp"

#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/state.hpp>
#include <kazoo/watcher.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kazoo::detail::client {

class AddWatch;
class RemoveHandle;
class SharedWatch;
class WatchHub;

/// A place in the list of a SharedWatch: a HeldWatch, or a cursor (number 0) of a delivery.
struct HeldPlace : Chained {
    std::uint64_t number = 0;
};

/// What a WatchHandle refers to: one watch function of a SharedWatch. Only deliveries hold further
/// references. Kept small, because there may be a million of them.
class HeldWatch final : public detail::RefCounted, public HeldPlace {
public:
    explicit HeldWatch(detail::RefPtr<detail::WatcherState> f) noexcept : function(std::move(f)) {}

    detail::RefPtr<SharedWatch> shared;  // written before it is in the list, then constant
    detail::RefPtr<detail::WatcherState> function;  // guarded by the hub's mutex; null: removed
};

/// A persistent or recursive watch on a server, shared by the handles for its path and mode. The
/// session registers it like a single watch function. What happens to it is decided by the
/// WatchHub; all that changes is guarded by the hub's mutex.
///
///     adding --reply--> set --last handle removed--> removing --reply--> ended
///       |  ^             |                              |
///       |  +-------------|------ a handle joined -------+
///       v                v
///     ended (failed)   ended (by the end of the session, or lost)
///
/// One request at most is under way, so that the server executes the next one in the state that
/// this one has left. A watch that has ended is never used again.
class SharedWatch final : public detail::RefCounted {
public:
    enum class Phase : std::uint8_t { adding, set, removing, ended };

    SharedWatch(
        std::shared_ptr<WatchHub> owner, session::WatchKind watch_kind, std::string_view server_path
    );
    ~SharedWatch() override;

    /// Calls the watch functions of the handles up to the number `last`, in the order in which they
    /// were created, and skips those that have been removed. Called on the callback lane.
    void deliver(Handler& handler, const WatchedEvent& event, std::uint64_t last);

    const std::shared_ptr<WatchHub> hub;
    const std::string path;  // of the server, with the chroot
    const session::WatchKind kind;
    Phase phase = Phase::adding;
    bool lost = false;        // it has ended while it was being removed
    bool refused = false;     // the server has refused the first removal; see on_removed()
    bool gap = false;         // in the hub's list of gaps
    std::size_t handles = 0;  // HeldWatches in `held`
    Chain held;               // HeldPlaces in ascending order of their numbers
    Chain waiting;            // AddWatches, with a reference each
    detail::RefPtr<RemoveHandle> removals;  // a list: those that wait for the removal
    struct Unwanted : Chained {
        SharedWatch* watch = nullptr;
    } unwanted;                            // in the hub's list, if the removal is still to be sent
    std::uint64_t gap_last = 0;            // the last handle for which the gap is meant
    detail::RefPtr<SharedWatch> next_gap;  // in the hub's list of gaps

private:
    [[nodiscard]] detail::RefPtr<detail::WatcherState> next_function(
        HeldPlace& cursor, std::uint64_t last
    );
};

/// Returns what a client registers in the session as the owner of a lasting watch.
[[nodiscard]] inline SharedWatch& shared_of(const session::Watch& watch) noexcept {
    return static_cast<SharedWatch&>(*watch.owner);
}

}  // namespace kazoo::detail::client
