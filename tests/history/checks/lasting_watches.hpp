// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/state.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace kazoo::history {

/// Every change that a persistent or recursive watch covers, after it was set, is reported by an
/// event, or is covered by a later gap or by the end of the watch. Events are those of changes that
/// have happened, once and in their order between two gaps. Nothing is reported after the watch
/// ended or its handle was removed.
class LastingWatchCheck {
public:
    LastingWatchCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// A handle is requested. Returns its number.
    std::uint32_t begin(int client, std::string path, bool recursive);
    /// Its watch is set. Call before any event is delivered.
    void on_set(std::uint32_t number);
    void on_event(std::uint32_t number, const WatchedEvent& event);
    /// A request that was made because of a gap has been answered. The server has set the watch
    /// before that; what happened between the gap and then is covered by the gap.
    void on_read_again(std::uint32_t number);
    /// Its handle is about to be removed.
    void on_removed(std::uint32_t number);
    /// Call after a quiet period with all clients connected, when all events have arrived.
    void at_rest();
    /// Call after all clients have ended.
    void at_end();

private:
    using Change = std::tuple<std::int64_t, EventType, std::string>;  // its zxid; -1: unknown
    struct Watch {
        int client = 0;
        std::string path;
        bool recursive = false;
        bool set = false;
        bool ended = false;
        bool removed = false;
        std::int64_t covered = 0;  // up to this zxid nothing can be missing
        std::int64_t last = 0;     // zxid of the last event since the last gap
        std::map<Change, int> reported;
    };

    [[nodiscard]] std::vector<Change> changes_of(const Watch& watch, const Write& write) const;
    void justify(Watch& watch, const WatchedEvent& event);
    void fail(const Watch& watch, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::deque<Watch> watches_;  // by number, from 1
};

}  // namespace kazoo::history
