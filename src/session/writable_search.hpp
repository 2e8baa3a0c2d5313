#pragma once

#include "base/backoff.hpp"
#include "session/events.hpp"
#include "session/host_list.hpp"
#include "session/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kazoo::session {

/// While the client is connected to a read-only server: looks for one that takes writes, by asking
/// the others `isro` on connections of their own. Passive, like the session: says what to do next.
///
/// One host is asked at a time, all its addresses one after the other. Pauses between hosts grow
/// from 0.1 s to 60 s (as in the Java client; kazoo asks its first host only). They go on growing
/// over connections to read-only servers: one that says it takes writes and does not must not draw
/// clients to and fro.
class WritableSearch {
public:
    WritableSearch(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed);

    void set_hosts(std::vector<HostPort> hosts, bool randomize);
    /// Connected to this server, which is read-only. An address that does not answer for `patience`
    /// is given up.
    void begin(Endpoint present, milliseconds patience, TimePoint now);
    void stop();
    /// Connected to a server that takes writes: the next search begins with short pauses again.
    void succeeded() { backoff_.reset(); }

    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    /// Whether the answer of this attempt is what is waited for.
    [[nodiscard]] bool awaits(std::uint64_t attempt) const {
        return attempt_ != 0 && attempt == attempt_;
    }

    /// The host whose servers are being asked.
    [[nodiscard]] const HostPort& host() const { return host_; }
    /// The server that is being asked.
    [[nodiscard]] const Endpoint& asked() const { return asked_; }

    // Each gives the next action, if there is one now; `attempt` is its number.

    [[nodiscard]] std::optional<Action> on_timeout(std::uint64_t attempt, TimePoint now);
    [[nodiscard]] std::optional<Action> on_resolved(
        std::vector<Endpoint> endpoints, std::uint64_t attempt, TimePoint now
    );
    /// The attempt under way came to nothing.
    [[nodiscard]] std::optional<Action> ask_next(std::uint64_t attempt, TimePoint now);

private:
    void wait(TimePoint now);

    HostList hosts_;
    base::Backoff backoff_;
    Endpoint present_;
    milliseconds patience_{0};
    HostPort host_;
    Endpoint asked_;
    std::vector<Endpoint> endpoints_;  // still to be asked
    std::uint64_t attempt_ = 0;        // under way; 0: none
    TimePoint deadline_ = TimePoint::max();
};

}  // namespace kazoo::session
