// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/host_list.hpp"
#include "session/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::session {

/// The last failed attempt at one server.
struct ServerAttempt {
    HostPort host;
    std::string address;  ///< numeric; empty if the name was not resolved
    std::string reason;
    TimePoint when;

    friend bool operator==(const ServerAttempt&, const ServerAttempt&) = default;
};

/// Returns "zk1:2181 (10.0.0.1)", or "10.0.0.1:2181" if the host is given as an address; without
/// the port if that is 0, for what is not a server.
[[nodiscard]] std::string server_name(const HostPort& host, std::string_view address);

/// Returns "tried zk1:2181 (10.0.0.1): Connection refused; zk2:2181: ...", with the first ten
/// servers at most. Empty if there are no attempts.
[[nodiscard]] std::string to_string(const std::vector<ServerAttempt>& attempts);

/// Records the last failed attempt at each server since the last connection, for users who ask why
/// there is no connection, and decides which failures are worth a warning.
class AttemptLog {
public:
    /// Maximum number of entries; a further one replaces the oldest.
    static constexpr std::size_t limit = 64;
    /// Maximum length of the history.
    static constexpr std::size_t history_limit = 16;

    /// Records an attempt. Returns whether to log it as a warning: if it is the first failure of
    /// this server, has another reason than the one before, or no warning was logged for a minute.
    [[nodiscard]] bool note(
        const HostPort& host, std::string_view address, std::string reason, TimePoint now
    );
    /// Called when there is a connection.
    void clear() { entries_.clear(); }

    /// What happened to connections, for people who look into a client.
    struct Occurrence {
        std::string server;
        std::string what;
        TimePoint when;         ///< the last time
        std::size_t times = 1;  ///< how often, since it entered the history
    };
    /// Adds an occurrence to the history. The same one at the same server replaces the earlier, so
    /// that a server that cannot be reached does not displace everything else. If there is no
    /// memory, nothing is added.
    void record(
        const HostPort& host, std::string_view address, std::string_view what, TimePoint now
    ) noexcept;
    /// Returns the last occurrences, failed attempts included, the latest last. Not cleared by
    /// clear().
    [[nodiscard]] const std::vector<Occurrence>& history() const noexcept { return history_; }

    /// Returns the attempts, the latest last. A failed lookup is left out if the name has been
    /// resolved since.
    [[nodiscard]] std::vector<ServerAttempt> last() const;

private:
    struct Entry {
        ServerAttempt attempt;
        TimePoint warned;  // when a warning was last due
    };

    std::vector<Occurrence> history_;
    std::vector<Entry> entries_;  // one per host and address, the latest attempt last
};

}  // namespace kazoo::session
