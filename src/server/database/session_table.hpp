// SPDX-License-Identifier: Apache-2.0
// Sessions and their expiry.

#pragma once

#include "server/rules/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kazoo::server {

/// One session.
struct Session {
    std::int64_t id = 0;
    std::string password;  // 16 bytes
    Milliseconds timeout{0};
    SteadyTime expires{};   // the key of its bucket
    std::size_t place = 0;  // index in its bucket; for SessionTable only
};

/// The sessions and their expiry. As in Apache's server, expiry is rounded up to the next tick, so
/// that a session that is touched usually stays in its bucket. Not thread-safe.
class SessionTable {
public:
    SessionTable(Milliseconds tick, std::int64_t server_id, std::uint64_t seed);

    /// Creates a session. The reference is valid until the session is erased. Ids count up from a
    /// start that depends on the server id (the top byte) and the seed.
    const Session& create(Milliseconds timeout, Time now);
    /// Returns nullptr if there is none.
    [[nodiscard]] const Session* find(std::int64_t id) const noexcept;
    [[nodiscard]] bool password_fits(const Session& session, std::string_view password)
        const noexcept;
    // These do nothing if there is no such session.

    /// Changes the timeout and postpones the expiry, like `touch`.
    void set_timeout(std::int64_t id, Milliseconds timeout, Time now);
    void touch(std::int64_t id, Time now);
    /// Returns whether there was such a session.
    bool erase(std::int64_t id) noexcept;

    /// Returns the ids of the expired sessions, sorted by expiry and id. Does not erase them.
    [[nodiscard]] std::vector<std::int64_t> expired(Time now) const;
    /// The earliest expiry.
    [[nodiscard]] SteadyTime next_deadline() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    /// Returns the ids of all sessions by expiry, for `dump`.
    [[nodiscard]] std::map<SteadyTime, std::vector<std::int64_t>> buckets() const;

private:
    void put_in_bucket(Session& session, Time now);
    void take_out_of_bucket(const Session& session) noexcept;

    Milliseconds tick_;
    std::uint64_t seed_;
    std::int64_t last_id_;
    // Invariant: buckets_[s.expires][s.place] == &s for each session s; no bucket is empty.
    std::unordered_map<std::int64_t, Session> sessions_;
    std::map<SteadyTime, std::vector<Session*>> buckets_;
};

}  // namespace kazoo::server
