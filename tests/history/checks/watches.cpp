// SPDX-License-Identifier: Apache-2.0
#include "history/checks/watches.hpp"

#include <algorithm>
#include <span>
#include <sstream>

namespace kazoo::history {
namespace {

std::string text_of(const WatchedEvent& event) {
    std::ostringstream text;
    text << event;
    return text.str();
}

std::string_view parent_of(std::string_view path) {
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

}  // namespace

bool WatchCheck::differ(Kind kind, const Snapshot& before, const Snapshot& after) {
    switch (kind) {
        case Kind::data:
            return !after.exists || after.mzxid != before.mzxid;
        case Kind::exist:
            return after.exists;
        case Kind::child:
            return !after.exists || after.pzxid != before.pzxid;
    }
    return false;
}

void WatchCheck::on_over(const Call& call) {
    if (call.act == Act::multi_read && call.good() && call.one_request && verdict_.good()) {
        for (const auto& part : call.parts) {
            note_shown_state(call, part.path);
        }
    }
    if (!is_read(call.act) || !call.replied() || !verdict_.good()) {
        return;
    }
    note_shown_state(call, call.path);
    const bool arms = call.good();  // exists succeeds for a missing node
    if (!call.watches || !arms) {
        return;
    }
    Watch watch;
    watch.call = &call;
    watch.kind = call.act == Act::children               ? Kind::child
                 : call.act == Act::exists && !call.stat ? Kind::exist
                                                         : Kind::data;
    watches_.emplace(call.number, watch);
    pending_[call.client].push_back(call.number);
}

/// Notes the watches whose event has to arrive before this reply.
void WatchCheck::note_shown_state(const Call& read, const std::string& path) {
    const auto& shown = chronicle_.of(path, read.view);
    for (const auto number : pending_[read.client]) {
        auto& watch = watches_.at(number);
        if (watch.call->path == path && watch.call->session == read.session &&
            shown.zxid > watch.call->last_view &&
            differ(watch.kind, chronicle_.of(path, watch.call->last_view), shown)) {
            watch.event_due_by = std::min(watch.event_due_by, read.events_before);
        }
    }
}

bool WatchCheck::is_justified(const Watch& watch, const WatchedEvent& event) const {
    const auto& path = watch.call->path;
    const auto& writes = chronicle_.writes();
    const auto later =
        std::partition_point(writes.begin(), writes.end(), [&watch](const Write& write) {
            return write.zxid <= watch.call->floor;
        });
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

void WatchCheck::on_event(const Call& call, const WatchedEvent& event, std::uint64_t event_number) {
    const auto found = watches_.find(call.number);
    if (found == watches_.end()) {
        return verdict_.fail(
            describe(call) + ": a watch that was not armed fired: " + text_of(event)
        );
    }
    auto& watch = found->second;
    if (watch.told) {
        return verdict_.fail(describe(call) + ": told again, " + text_of(event));
    }
    watch.told = true;
    std::erase(pending_[call.client], call.number);
    if (event.type == EventType::NONE) {
        if (event.path) {
            verdict_.fail(describe(call) + ": the end of a session has a path");
        }
        return;
    }
    if (event.path != call.path) {
        return verdict_.fail(describe(call) + ": fired for another path, " + text_of(event));
    }
    if (!is_justified(watch, event)) {
        verdict_.fail(
            describe(call) +
            ": fired for a change that did not happen or was read before: " + text_of(event)
        );
    }
    if (event_number > watch.event_due_by) {
        verdict_.fail(describe(call) + ": a reply that shows it came before " + text_of(event));
    }
}

void WatchCheck::at_rest() {
    for (const auto& [number, watch] : watches_) {
        const auto& path = watch.call->path;
        const auto& seen = chronicle_.of(path, watch.call->last_view);
        if (!watch.told && differ(watch.kind, seen, chronicle_.of(path).back())) {
            verdict_.fail(describe(*watch.call) + ": the node has changed, its watch was lost");
        }
    }
}

void WatchCheck::at_end() {
    for (const auto& [number, watch] : watches_) {
        if (!watch.told) {
            verdict_.fail(
                describe(*watch.call) + ": its watch was never told, not even of the end"
            );
        }
    }
}

}  // namespace kazoo::history
