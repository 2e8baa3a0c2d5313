// SPDX-License-Identifier: Apache-2.0
#include "history/checks/watches.hpp"

#include <algorithm>
#include <sstream>

namespace kazoo::history {
namespace {

std::string text_of(const WatchedEvent& event) {
    std::ostringstream text;
    text << event;
    return text.str();
}

}  // namespace

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
    watch.kind = call.act == Act::children               ? WatchedPart::child
                 : call.act == Act::exists && !call.stat ? WatchedPart::exist
                                                         : WatchedPart::data;
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
            is_different(watch.kind, chronicle_.of(path, watch.call->last_view), shown)) {
            watch.event_due_by = std::min(watch.event_due_by, read.events_before);
        }
    }
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
    if (!is_justified(event, call.path, watch.call->floor, chronicle_)) {
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
        if (!watch.told && is_different(watch.kind, seen, chronicle_.of(path).back())) {
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
