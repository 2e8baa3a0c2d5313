// SPDX-License-Identifier: Apache-2.0
#include "history/checks/handovers.hpp"

#include "history/checks/watch_events.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace kazoo::history {
namespace {

constexpr std::array one_shot{ArmedWatch::data, ArmedWatch::exists, ArmedWatch::children};
constexpr std::array lasting{ArmedWatch::persistent, ArmedWatch::persistent_recursive};

WatchedPart part_of(ArmedWatch kind) {
    switch (kind) {
        case ArmedWatch::exists:
            return WatchedPart::exist;
        case ArmedWatch::children:
            return WatchedPart::child;
        default:
            return WatchedPart::data;
    }
}

bool may_report(ArmedWatch kind, EventType type) {
    switch (type) {
        case EventType::CREATED:
            return kind == ArmedWatch::exists;
        case EventType::CHILD:
            return kind == ArmedWatch::children;
        case EventType::DELETED:
            return true;
        default:
            return kind != ArmedWatch::children;
    }
}

std::string text_of(const WatchedEvent& event) {
    std::ostringstream text;
    text << event;
    return text.str();
}

bool is_change(EventType type) {
    return type == EventType::CREATED || type == EventType::DELETED || type == EventType::CHANGED ||
           type == EventType::CHILD;
}

}  // namespace

std::uint32_t HandoverCheck::begin(
    int client, std::int64_t requested, const SessionHandover& session
) {
    auto& handover = handovers_.emplace_back();
    handover.client = client;
    handover.requested = requested;
    handover.session = session;
    if (session.last_zxid() > chronicle_.zxid()) {
        fail(handover, "has seen a zxid that the servers have not reached");
    }
    return static_cast<std::uint32_t>(handovers_.size());
}

/// A session that a client closes takes its nodes along. Those of an expired one are deleted by
/// nobody.
void HandoverCheck::on_successor(std::uint32_t number) {
    auto& handover = handovers_[number - 1];
    for (const auto& write : chronicle_.writes()) {
        if (write.zxid <= handover.requested || !write.by_end_of_session ||
            write.author.client != handover.client) {
            continue;
        }
        if (chronicle_.of(write.path, write.zxid - 1).owner == handover.session.session_id()) {
            return fail(handover, "was closed by its client, with its node " + write.path);
        }
    }
}

bool HandoverCheck::on_connected(std::uint32_t number, const FirstConnection& connection) {
    auto& handover = handovers_[number - 1];
    if (handover.connected) {
        return false;
    }
    handover.connected = true;
    handover.resumed = !connection.new_session;
    if (connection.new_session) {
        if (connection.had_to_resume) {
            fail(handover, "was not resumed, although the servers have it");
        }
        return true;
    }
    if (connection.session != handover.session.session_id()) {
        fail(handover, "was resumed as another session");
    }
    if (connection.last_zxid < handover.session.last_zxid()) {
        fail(handover, "was resumed with an older last zxid");
    }
    return true;
}

void HandoverCheck::on_event(std::uint32_t number, const WatchedEvent& event) {
    auto& handover = handovers_[number - 1];
    const auto path = event.path.value_or("");
    if (event.type == EventType::NONE) {
        handover.over = true;
        return;
    }
    if (handover.over) {
        return fail(handover, "is over, and a watch of it fires: " + text_of(event));
    }
    if (!is_watched(handover.session, path)) {
        return fail(handover, "has no watch for this event: " + text_of(event));
    }
    if (event.type == EventType::GAP) {
        handover.gaps.insert(path);
    }
    if (!is_change(event.type)) {
        return;
    }
    if (!is_justified(event, path, handover.session.last_zxid(), chronicle_)) {
        fail(handover, "reports what had been seen or did not happen: " + text_of(event));
    }
    handover.events.push_back(event);
}

void HandoverCheck::on_joined(std::uint32_t number, const std::string& path) {
    handovers_[number - 1].joined.insert(path);
}

void HandoverCheck::on_end(std::uint32_t number) {
    handovers_[number - 1].successor_ended = true;
}

void HandoverCheck::at_rest() {
    for (const auto& handover : handovers_) {
        if (handover.successor_ended || !handover.connected || handover.over) {
            continue;
        }
        if (!handover.resumed) {
            if (has_watches(handover.session)) {
                fail(handover, "was not resumed, and no watch function was called with NONE");
            }
            continue;
        }
        for (const auto kind : one_shot) {
            check_watches(handover, kind);
        }
        for (const auto kind : lasting) {
            check_gaps(handover, kind);
        }
    }
}

void HandoverCheck::check_watches(const Handover& handover, ArmedWatch kind) {
    for (const auto& path : handover.session.watches(kind)) {
        const auto& before = chronicle_.of(path, handover.session.last_zxid());
        const auto reported = [&](const WatchedEvent& event) {
            return event.path == path && (may_report(kind, event.type));
        };
        const auto& events = handover.events;
        if (is_different(part_of(kind), before, chronicle_.of(path).back()) &&
            std::none_of(events.begin(), events.end(), reported)) {
            fail(handover, "has lost the watch on " + path + ", which has changed");
        }
    }
}

void HandoverCheck::check_gaps(const Handover& handover, ArmedWatch kind) {
    for (const auto& path : handover.session.watches(kind)) {
        if (!handover.gaps.contains(path) && !handover.joined.contains(path)) {
            fail(handover, "reports no gap of the lasting watch on " + path);
        }
    }
}

bool HandoverCheck::has_watches(const SessionHandover& session) {
    const auto any = [&](ArmedWatch kind) { return !session.watches(kind).empty(); };
    return std::any_of(one_shot.begin(), one_shot.end(), any) ||
           std::any_of(lasting.begin(), lasting.end(), any);
}

bool HandoverCheck::is_watched(const SessionHandover& session, const std::string& path) {
    const auto listed = [&](ArmedWatch kind) {
        const auto& paths = session.watches(kind);
        return std::find(paths.begin(), paths.end(), path) != paths.end();
    };
    const auto& roots = session.watches(ArmedWatch::persistent_recursive);
    return std::any_of(one_shot.begin(), one_shot.end(), listed) ||
           listed(ArmedWatch::persistent) ||
           std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
               return is_covered(path, root);
           });
}

void HandoverCheck::fail(const Handover& handover, const std::string& what) {
    verdict_.fail(
        "client" + std::to_string(handover.client) + ": the session " +
        std::to_string(handover.session.session_id()) + " that it has handed over " + what
    );
}

}  // namespace kazoo::history
