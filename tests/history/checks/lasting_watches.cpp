// SPDX-License-Identifier: Apache-2.0
#include "history/checks/lasting_watches.hpp"

#include "history/checks/watch_events.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <sstream>

namespace kazoo::history {
namespace {

constexpr std::int64_t unknown_zxid = -1;

std::string_view parent_of(std::string_view path) {
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

constexpr auto everything = std::numeric_limits<std::int64_t>::max();

/// After a reconnect a server reports by zxid what a one-shot watch has missed: a node that was
/// created again as changed. Lasting watches that cover it get such an event, too.
bool is_seen_as(const WatchedEvent& event, const Write& write) {
    return write.kind == Write::Kind::create && event.path == write.path &&
           (event.type == EventType::CHANGED || event.type == EventType::CHILD);
}

}  // namespace

std::uint32_t LastingWatchCheck::begin(int client, std::string path, bool recursive) {
    auto& watch = watches_.emplace_back();
    watch.client = client;
    watch.path = std::move(path);
    watch.recursive = recursive;
    return static_cast<std::uint32_t>(watches_.size());
}

/// The server may have been behind: what it applies later is reported, too.
void LastingWatchCheck::on_set(std::uint32_t number) {
    auto& watch = watches_[number - 1];
    watch.set = true;
    watch.covered = chronicle_.zxid();
}

void LastingWatchCheck::on_event(std::uint32_t number, const WatchedEvent& event) {
    auto& watch = watches_[number - 1];
    if (!watch.set || watch.ended || watch.removed) {
        return fail(watch, "is called although it is not set, has ended or was removed");
    }
    switch (event.type) {
        case EventType::GAP:
            watch.covered = everything;  // until it is read again
            watch.last = 0;
            watch.reported.clear();
            if (event.path != watch.path) {
                fail(watch, "a gap has another path");
            }
            return;
        case EventType::NONE:
        case EventType::WATCH_LOST:
            watch.ended = true;
            return;
        default:
            return justify(watch, event);
    }
}

void LastingWatchCheck::on_read_again(std::uint32_t number) {
    watches_[number - 1].covered = chronicle_.zxid();
}

void LastingWatchCheck::justify(Watch& watch, const WatchedEvent& event) {
    std::ostringstream text;
    text << event;
    const auto zxid = event.zxid.value_or(unknown_zxid);
    Change change(zxid, event.type, event.path.value_or(""));
    // A transaction may change a node several times.
    std::int64_t happened = 0;
    for (const auto& write : chronicle_.writes()) {
        for (auto one : changes_of(watch, write)) {
            if (zxid == unknown_zxid) {
                std::get<0>(one) = unknown_zxid;
            }
            happened += one == change ? 1 : 0;
        }
        happened += zxid == unknown_zxid && is_seen_as(event, write) ? 1 : 0;
    }
    if (happened == 0) {
        return fail(watch, "reports a change that did not happen: " + text.str());
    }
    const auto times = ++watch.reported[change];
    if (zxid != unknown_zxid && times > happened) {
        fail(watch, "reports a change again: " + text.str());
    }
    if (zxid != unknown_zxid && zxid < watch.last) {
        fail(watch, "reports changes in another order: " + text.str());
    }
    watch.last = std::max(watch.last, zxid);
}

void LastingWatchCheck::on_removed(std::uint32_t number) {
    watches_[number - 1].removed = true;
}

std::vector<LastingWatchCheck::Change> LastingWatchCheck::changes_of(
    const Watch& watch, const Write& write
) const {
    std::vector<Change> changes;
    const auto type = event_type_of(write.kind);
    if (watch.recursive ? is_covered(write.path, watch.path) : write.path == watch.path) {
        changes.emplace_back(write.zxid, type, write.path);
    }
    const bool child = parent_of(write.path) == watch.path && write.path != "/";
    if (!watch.recursive && child && type != EventType::CHANGED) {
        changes.emplace_back(write.zxid, EventType::CHILD, watch.path);
    }
    return changes;
}

void LastingWatchCheck::at_rest() {
    for (auto& watch : watches_) {
        if (!watch.set || watch.ended || watch.removed) {
            continue;
        }
        auto reported = watch.reported;
        for (const auto& write : chronicle_.writes()) {
            if (write.zxid <= watch.covered) {
                continue;
            }
            for (const auto& change : changes_of(watch, write)) {
                auto unknown = change;
                std::get<0>(unknown) = unknown_zxid;
                const auto known = reported.find(change);
                const auto any = reported.find(unknown);
                if (known != reported.end() && known->second-- > 0) {
                    continue;
                }
                if (any == reported.end() || any->second-- <= 0) {
                    std::ostringstream text;
                    text << to_string(std::get<1>(change)) << " " << std::get<2>(change) << " at "
                         << write.zxid << ", covered up to " << watch.covered;
                    return fail(watch, "has missed a change without a gap: " + text.str());
                }
            }
        }
    }
}

void LastingWatchCheck::at_end() {
    for (const auto& watch : watches_) {
        if (watch.set && !watch.ended && !watch.removed) {
            fail(watch, "never got an event for its end");
        }
    }
}

void LastingWatchCheck::fail(const Watch& watch, const std::string& what) {
    const auto number = static_cast<std::size_t>(
        std::find_if(
            watches_.begin(), watches_.end(), [&](const Watch& other) { return &other == &watch; }
        ) -
        watches_.begin()
    );
    verdict_.fail(
        "client" + std::to_string(watch.client) + ": " +
        (watch.recursive ? "recursive" : "persistent") + " watch " + std::to_string(number + 1) +
        " on " + watch.path + " " + what
    );
}

}  // namespace kazoo::history
