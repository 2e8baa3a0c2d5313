// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/events.hpp"

#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/state.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

/// Events on their way to the watch functions: one task of the callback lane for those that arrive
/// together, because a transaction may cause very many.
///
///     connection's executor           callback lane
///     ---------------------           -------------
///     add, dispatch ----------------> the task calls the functions of the events that there are,
///     add, add, add                   until there are no more: the batch is over
///     add: false; another batch
///
/// An event is added only if nothing else has been dispatched to a lane since the batch was: the
/// order of what the lanes run does not depend on the batches.
class WatchBatch final : public detail::RefCounted {
public:
    /// One task handles as many events at most, so that other tasks of the lane have their turn.
    static constexpr std::size_t most_events = 64;

    explicit WatchBatch(std::shared_ptr<Handler> handler) : handler_(std::move(handler)) {}

    /// Takes the watchers of an event. `last_handle`: of lasting watches, later ones do not get the
    /// event. Returns false if the batch is full or over, and throws std::bad_alloc; nothing has
    /// then changed.
    [[nodiscard]] bool add(
        session::WatchFired& fired, const Chroot& chroot, std::uint64_t last_handle
    );
    /// Gives the callback lane the task, after the first event. Throws what Handler::dispatch
    /// throws, and the watchers are then in `fired` again.
    void dispatch(session::WatchFired& fired);

private:
    struct Entry {
        EventType type;
        KeeperState state;
        std::int64_t zxid;
        std::string_view path;  // without the chroot; in the watchers
        std::uint64_t last_handle;
        session::Watchers watchers;
    };

    void run();
    [[nodiscard]] bool take(std::vector<Entry>& entries, std::optional<std::string>& path) noexcept;
    void deliver(Entry& entry, WatchedEvent& event) noexcept;

    const std::shared_ptr<Handler> handler_;
    std::mutex mutex_;
    // Guarded by mutex_:
    std::vector<Entry> entries_;
    std::string room_;                // for the longest path, so that delivering allocates nothing
    std::size_t longest_ = 0;         // path so far
    std::size_t left_ = most_events;  // that may still be added; 0 also when the task has ended
};

}  // namespace kazoo::detail::client
