// SPDX-License-Identifier: Apache-2.0
#include "history/checks/watch_events.hpp"

#include <algorithm>
#include <span>

namespace kazoo::history {
namespace {

std::string_view parent_of(std::string_view path) {
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

}  // namespace

bool is_different(WatchedPart part, const Snapshot& before, const Snapshot& after) {
    switch (part) {
        case WatchedPart::data:
            return !after.exists || after.mzxid != before.mzxid;
        case WatchedPart::exist:
            return after.exists;
        case WatchedPart::child:
            return !after.exists || after.pzxid != before.pzxid;
    }
    return false;
}

bool is_justified(
    const WatchedEvent& event, std::string_view path, std::int64_t seen, const Chronicle& chronicle
) {
    const auto& writes = chronicle.writes();
    const auto later = std::partition_point(
        writes.begin(), writes.end(), [seen](const Write& write) { return write.zxid <= seen; }
    );
    for (const auto& write : std::span(later, writes.end())) {
        if (event.zxid && *event.zxid != write.zxid) {
            continue;
        }
        const bool here = write.path == path;
        const bool below = parent_of(write.path) == path && write.path != path;
        switch (event.type) {
            case EventType::CREATED:
                if (here && write.kind == Write::Kind::create) return true;
                break;
            case EventType::DELETED:
                if (here && write.kind == Write::Kind::remove) return true;
                break;
            case EventType::CHANGED:  // or the node was replaced, which is seen after a reconnect
                if (here && write.kind != Write::Kind::remove) return true;
                break;
            case EventType::CHILD:
                if (below && write.kind != Write::Kind::set) return true;
                if (here && write.kind == Write::Kind::create) return true;
                break;
            case EventType::NONE:
            case EventType::WATCH_LOST:
            case EventType::GAP:
                break;
        }
    }
    return false;
}

}  // namespace kazoo::history
