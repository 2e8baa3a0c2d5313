// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/events.hpp"
#include "session/host_list.hpp"
#include "session/time.hpp"
#include "values/backoff.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace kazoo::session {

/// Searches for a server that accepts writes while the client is connected to a read-only one, by
/// sending `isro` to the others on separate connections. Passive, like the session: decides what to
/// do, and does no I/O.
///
/// One host is asked at a time, all its addresses one after the other. The pauses between hosts
/// grow from 0.1 s to 60 s (as in the Java client; kazoo only asks its first host). They continue
/// to grow across connections to read-only servers, so that a server that claims to be writable and
/// is not does not make the client alternate between servers.
class WritableSearch {
public:
    WritableSearch(std::vector<HostPort> hosts, bool randomize, std::uint64_t seed);

    void set_hosts(std::vector<HostPort> hosts, bool randomize);
    /// Begins a search; the client is connected to `present`, which is read-only. An address that
    /// does not answer within `patience` is skipped.
    void begin(Endpoint present, milliseconds patience, TimePoint now);
    void stop();
    /// Called when connected to a server that accepts writes: the next search starts with the
    /// shortest pause again.
    void succeeded() { backoff_.reset(); }

    /// Returns when to call on_timeout(): the end of a pause, or of the patience with an address.
    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    /// Returns whether this is the attempt under way.
    [[nodiscard]] bool awaits(std::uint64_t attempt) const {
        return attempt_ != 0 && attempt == attempt_;
    }

    /// Returns the host that is being asked.
    [[nodiscard]] const HostPort& host() const { return inquiry_->host; }
    /// Returns the address that is being asked.
    [[nodiscard]] const Endpoint& asked() const { return inquiry_->asked; }

    // Each of these returns the next action, if there is one now; `attempt` becomes its number.

    [[nodiscard]] std::optional<Action> on_timeout(std::uint64_t attempt, TimePoint now);
    [[nodiscard]] std::optional<Action> on_resolved(
        std::vector<Endpoint> endpoints, std::uint64_t attempt, TimePoint now
    );
    /// Called when the attempt under way has failed.
    [[nodiscard]] std::optional<Action> ask_next(std::uint64_t attempt, TimePoint now);

private:
    void wait(TimePoint now);

    HostList hosts_;
    base::Backoff backoff_;
    struct Inquiry {
        Endpoint present;  // the server that the client is connected to; not asked
        milliseconds patience{0};
        HostPort host;
        Endpoint asked;
        std::vector<Endpoint> endpoints;  // of `host`, still to be asked; taken from the back
    };
    std::unique_ptr<Inquiry> inquiry_;  // from the first begin() on: most clients have none
    std::uint64_t attempt_ = 0;         // of the lookup or probe under way; 0: none
    TimePoint deadline_ = TimePoint::max();
};

}  // namespace kazoo::session
