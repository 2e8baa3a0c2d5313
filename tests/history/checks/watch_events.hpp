// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"

#include <kazoo/state.hpp>

#include <cstdint>
#include <string_view>

namespace kazoo::history {

/// Returns the type of the event by which a watch on the node reports a write.
inline EventType event_type_of(Write::Kind kind) {
    switch (kind) {
        case Write::Kind::create:
            return EventType::CREATED;
        case Write::Kind::remove:
            return EventType::DELETED;
        case Write::Kind::set:
            break;
    }
    return EventType::CHANGED;
}

/// What a one-shot watch waits for.
enum class WatchedPart { data, exist, child };

/// Returns whether such a watch fires when the node changes from one state to the other.
[[nodiscard]] bool is_different(WatchedPart part, const Snapshot& before, const Snapshot& after);

/// Returns whether the event of a one-shot watch on the path reports a change that has happened
/// after the transaction `seen`.
[[nodiscard]] bool is_justified(
    const WatchedEvent& event, std::string_view path, std::int64_t seen, const Chronicle& chronicle
);

/// Returns whether a recursive watch on `root` covers a path.
inline bool is_covered(std::string_view path, std::string_view root) {
    return root == "/" || path == root ||
           (path.starts_with(root) && path.size() > root.size() && path[root.size()] == '/');
}

}  // namespace kazoo::history
