// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/checks/watch_events.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/state.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace kazoo::history {

/// Every armed watch fires once: for a change after what its session had seen, or for the end of
/// the session. A watch that was not armed does not fire. An event arrives before any reply that
/// shows its change.
class WatchCheck {
public:
    WatchCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// Call once for each call at its completion, after ReadCheck.
    void on_over(const Call& call);
    /// The watch of this call fires; event_number counts the events of its client from 1.
    void on_event(const Call& call, const WatchedEvent& event, std::uint64_t event_number);
    /// Call after a quiet period with all clients connected, when all events have arrived.
    void at_rest();
    /// Call after all clients have ended.
    void at_end();

private:
    struct Watch {
        const Call* call = nullptr;
        WatchedPart kind{};
        bool told = false;
        std::uint64_t event_due_by = std::numeric_limits<std::uint64_t>::max();
    };

    void note_shown_state(const Call& read, const std::string& path);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::map<std::uint32_t, Watch> watches_;             // armed, by the number of their call
    std::map<int, std::vector<std::uint32_t>> pending_;  // by client
};

}  // namespace kazoo::history
