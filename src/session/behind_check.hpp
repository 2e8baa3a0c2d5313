// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/events.hpp"
#include "session/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kazoo::session {

/// Returns the zxid in the answer to the four-letter word `srvr`; nullopt if there is none, such as
/// in the answer of a server that is not serving or does not execute the word.
[[nodiscard]] std::optional<std::int64_t> zxid_in_answer(std::string_view answer);

/// Finds out whether the servers are behind the last zxid that the client has seen, as after they
/// have been restored from a backup. Passive, like the session: decides what to do, and does no
/// I/O.
///
/// A server that is behind closes the connection instead of answering the ConnectRequest, and so
/// does one that is not serving. They differ in what they answer to `srvr`:
///
///     round of hosts    more than half of the attempts were closed in this way, and no server
///                       answered: the round is refused
///     three refused rounds in a row, for at least 2 s: ask the servers that have closed
///     all of them are behind the floor: confirmed
///     one is not, or does not say: wait again for as long
///
/// More than half, because what a client has seen is stored by a majority of the servers: a
/// minority may be late, or cut off from the others.
class BehindCheck {
public:
    static constexpr int least_rounds = 3;
    static constexpr milliseconds patience{2'000};
    static constexpr std::size_t most_asked = 16;

    struct Server {
        HostPort host;
        Endpoint endpoint;
    };

    /// The next attempt begins a new round.
    void begin_round() noexcept;
    /// The client is connected, or its servers or its floor have changed: nothing is known.
    void reset() noexcept;

    /// An attempt of this round has failed, for whatever reason.
    void failed() noexcept { ++failed_; }
    /// ... because the server has closed the connection instead of answering.
    void refused(const HostPort& host, const Endpoint& endpoint);
    /// A server has accepted the connection and has not closed it at once.
    void answered() noexcept { answered_ = true; }

    /// All attempts of the round have failed. Returns the first server to ask, or null. The pointer
    /// is valid until the next call of a function that is not const.
    [[nodiscard]] const Server* end_round(TimePoint now) noexcept;
    /// The answer to `srvr` of the server that was returned last; empty if there is none. Returns
    /// the next one to ask, or null.
    [[nodiscard]] const Server* answer(
        std::string_view answer, std::int64_t floor, TimePoint now
    ) noexcept;
    /// Returns whether all servers that were asked are behind.
    [[nodiscard]] bool confirmed() const noexcept { return confirmed_; }
    /// Returns the servers that were asked.
    [[nodiscard]] const std::vector<Server>& servers() const noexcept { return asking_; }
    /// Returns the greatest zxid of a server that is behind.
    [[nodiscard]] std::int64_t furthest() const noexcept { return furthest_; }

private:
    // The present round.
    std::size_t failed_ = 0;
    std::size_t refused_ = 0;
    bool answered_ = false;
    std::vector<Server> refusing_;  // the first ones

    int rounds_ = 0;   // refused, in a row
    TimePoint since_;  // the end of the first of them, or of the last time that servers were asked
    std::vector<Server> asking_;
    std::size_t next_ = 0;  // index in asking_ of the server that is being asked
    std::int64_t furthest_ = 0;
    bool confirmed_ = false;
};

}  // namespace kazoo::session
