// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/session_handover.hpp>
#include <kazoo/state.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kazoo::history {

/// A session that one client hands over is not closed by it. Its successor continues it, and has
/// seen as much as the former client. Every one-shot watch of the session fires for a change since
/// the former client has stopped, every lasting one reports a gap, or the end of the session is
/// reported.
class HandoverCheck {
public:
    HandoverCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// What the successor knows when it is connected for the first time.
    struct FirstConnection {
        std::int64_t session = 0;
        bool new_session = false;
        bool had_to_resume = false;  ///< the servers still have the session, and there was time
        std::int64_t last_zxid = 0;
    };

    /// A client has handed its session over. `requested`: the zxid of the servers when it was asked
    /// to. Returns the number of the handover. The paths are those of the servers.
    std::uint32_t begin(int client, std::int64_t requested, const SessionHandover& session);
    /// The successor has just been created, and is not started.
    void on_successor(std::uint32_t number);
    /// Returns whether it is the first call for this handover. Later ones are ignored.
    bool on_connected(std::uint32_t number, const FirstConnection& connection);
    void on_event(std::uint32_t number, const WatchedEvent& event);
    /// The successor uses a lasting watch on the path itself, and may have joined the resumed one.
    void on_joined(std::uint32_t number, const std::string& path);
    /// The successor is about to be stopped or destroyed, or to hand over the session in turn.
    void on_end(std::uint32_t number);
    /// Call after a quiet period with all clients connected, when all events have arrived.
    void at_rest();

private:
    struct Handover {
        int client = 0;
        std::int64_t requested = 0;
        SessionHandover session;
        bool connected = false;
        bool resumed = false;
        bool over = false;  // of the session, as reported to the watch function
        bool successor_ended = false;
        std::vector<WatchedEvent> events;
        std::set<std::string> gaps;
        std::set<std::string> joined;
    };

    [[nodiscard]] static bool has_watches(const SessionHandover& session);
    [[nodiscard]] static bool is_watched(const SessionHandover& session, const std::string& path);
    void check_watches(const Handover& handover, ArmedWatch kind);
    void check_gaps(const Handover& handover, ArmedWatch kind);
    void fail(const Handover& handover, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::deque<Handover> handovers_;  // by number, from 1
};

}  // namespace kazoo::history
