#pragma once

#include "server/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kazoo::server {

struct Session {
    std::int64_t id = 0;
    std::string password;  // 16 bytes
    std::int64_t timeout_ms = 0;
    std::int64_t expires_ms = 0;  // steady; the end of a bucket
    std::size_t place = 0;        // in that bucket: the table's own business
};

/// The sessions and when they expire: in buckets of one tick, as ZooKeeper does it, so that
/// touching one costs nothing most of the time.
class SessionTable {
public:
    SessionTable(std::int64_t tick_ms, std::int64_t server_id, std::uint64_t seed);

    /// The reference stays good until the session is erased.
    const Session& create(std::int64_t timeout_ms, Time now);
    [[nodiscard]] const Session* find(std::int64_t id) const noexcept;
    [[nodiscard]] bool password_fits(const Session& session, std::string_view password)
        const noexcept;
    void set_timeout(std::int64_t id, std::int64_t timeout_ms, Time now);
    void touch(std::int64_t id, Time now);
    bool erase(std::int64_t id) noexcept;

    /// Ids of those whose bucket is over, in the order of the buckets, then of their ids.
    [[nodiscard]] std::vector<std::int64_t> expired(Time now) const;
    [[nodiscard]] std::int64_t next_deadline() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    /// All, by expiry and id: for `dump`.
    [[nodiscard]] std::map<std::int64_t, std::vector<std::int64_t>> buckets() const;

private:
    void put_in_bucket(Session& session, Time now);
    void take_out_of_bucket(const Session& session) noexcept;

    std::int64_t tick_ms_;
    std::uint64_t seed_;
    std::int64_t last_id_;
    std::unordered_map<std::int64_t, Session> sessions_;
    std::map<std::int64_t, std::vector<Session*>> buckets_;
};

}  // namespace kazoo::server
