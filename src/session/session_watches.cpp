// SPDX-License-Identifier: Apache-2.0
// The watches of a session: their removal by the user, and their end.
#include "codec/watches.hpp"
#include "session/session.hpp"

namespace kazoo::session {
namespace {

/// The watcher types of the protocol.
enum class WatchType : std::int32_t {
    children = 1,
    data = 2,
    any = 3,
    persistent = 4,  // 4 and 5: from version 3.9 on
    recursive = 5
};

/// Returns the watcher type for one-shot watches of these kinds.
WatchType one_shot_type(WatchKinds kinds) {
    if ((kinds & only(WatchKind::child)) == 0) {
        return WatchType::data;
    }
    return (kinds & data_kinds) == 0 ? WatchType::children : WatchType::any;
}

}  // namespace

RequestQueue::Accepted Session::remove_watches(RequestSpec call) {
    const auto kinds = call.removes;
    const auto path = call.watch_path;
    const auto any_of = [&](WatchKinds others) {
        return watches_.has(others, path) || requests_.will_watch(others, path);
    };
    bool ask_only = false;
    auto type = WatchType::any;
    if ((kinds & lasting_kinds) == 0) {
        type = one_shot_type(kinds);
        ask_only = any_of(lasting_kinds);  // servers before 3.9 would remove these, too
    } else if (!lasting_types_refused_) {
        type = kinds == only(WatchKind::recursive) ? WatchType::recursive : WatchType::persistent;
    } else {
        ask_only = any_of(static_cast<WatchKinds>(all_kinds & ~kinds));
    }
    const auto number = static_cast<std::int32_t>(type);
    if (ask_only) {
        call.op = codec::Opcode::check_watches;
        return submit(call, codec::CheckWatchesRequest{path, number});
    }
    call.op = codec::Opcode::remove_watches;
    return submit(call, codec::RemoveWatchesRequest{path, number});
}

void Session::fire(EventType type, std::int64_t zxid, Watchers watchers) noexcept {
    metrics_.session.watch_events += watchers.size();
    events_.push(WatchFired{type, state_, zxid, std::move(watchers)});
}

void Session::drop_watches() noexcept {
    restoration_.reset();
    auto watchers = watches_.take_all();
    if (!watchers.empty()) {
        fire(EventType::NONE, 0, std::move(watchers));
    }
}

/// Removes the watches of a range and reports each path as WATCH_LOST; the session goes on.
void Session::lose_watches(const WatchRange& range) {
    for (;;) {
        events_.reserve(1);
        auto lost = watches_.take_first(range);
        if (!lost) {
            return;
        }
        fire(EventType::WATCH_LOST, 0, std::move(*lost));
    }
}

}  // namespace kazoo::session
