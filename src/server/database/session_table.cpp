// SPDX-License-Identifier: Apache-2.0
#include "server/database/session_table.hpp"

#include "values/random.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

namespace {

constexpr std::size_t password_size = 16;

/// The server id in the top byte, 39 random bits (Apache's server uses the time) and 16 bits to
/// count.
std::int64_t id_before_first(std::int64_t server_id, std::uint64_t seed) noexcept {
    const std::uint64_t chance = base::Random(seed).next() & 0x7f'ffff'ffffU;
    return static_cast<std::int64_t>(
        (static_cast<std::uint64_t>(server_id) << 56U) | chance << 16U
    );
}

/// Derived from the id and the seed, so that equal runs have equal passwords. Not secure: the
/// embedded server is for tests.
std::string password_of(std::int64_t id, std::uint64_t seed) {
    base::Random random(seed ^ base::Random(static_cast<std::uint64_t>(id)).next());
    std::string password;
    password.reserve(password_size);
    while (password.size() < password_size) {
        std::uint64_t eight = random.next();
        for (int i = 0; i < 8; ++i, eight >>= 8U) {
            password.push_back(static_cast<char>(eight & 0xffU));
        }
    }
    return password;
}

std::vector<std::int64_t> sorted_ids(const std::vector<Session*>& sessions) {
    std::vector<std::int64_t> ids;
    ids.reserve(sessions.size());
    for (const Session* session : sessions) {
        ids.push_back(session->id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace

SessionTable::SessionTable(Milliseconds tick, std::int64_t server_id, std::uint64_t seed)
    : tick_(std::max(tick, Milliseconds(1))),
      seed_(seed),
      last_id_(id_before_first(server_id, seed)) {}

const Session& SessionTable::create(Milliseconds timeout, Time now) {
    const std::int64_t id = last_id_ + 1;
    // Not in a bucket yet.
    Session made{id, password_of(id, seed_), timeout, no_deadline, 0};
    const auto added = sessions_.emplace(id, std::move(made)).first;
    try {
        put_in_bucket(added->second, now);
    } catch (...) {
        sessions_.erase(added);
        throw;
    }
    last_id_ = id;
    return added->second;
}

const Session* SessionTable::find(std::int64_t id) const noexcept {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

bool SessionTable::password_fits(const Session& session, std::string_view password) const noexcept {
    return session.password == password;
}

void SessionTable::set_timeout(std::int64_t id, Milliseconds timeout, Time now) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return;
    found->second.timeout = timeout;
    put_in_bucket(found->second, now);
}

void SessionTable::touch(std::int64_t id, Time now) {
    const auto found = sessions_.find(id);
    if (found != sessions_.end()) {
        put_in_bucket(found->second, now);
    }
}

bool SessionTable::erase(std::int64_t id) noexcept {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return false;
    take_out_of_bucket(found->second);
    sessions_.erase(found);
    return true;
}

std::vector<std::int64_t> SessionTable::expired(Time now) const {
    std::vector<std::int64_t> ids;
    for (const auto& [end, sessions] : buckets_) {
        if (end > now.steady) break;
        const std::vector<std::int64_t> bucket = sorted_ids(sessions);
        ids.insert(ids.end(), bucket.begin(), bucket.end());
    }
    return ids;
}

SteadyTime SessionTable::next_deadline() const noexcept {
    return buckets_.empty() ? no_deadline : buckets_.begin()->first;
}

std::size_t SessionTable::size() const noexcept {
    return sessions_.size();
}

std::map<SteadyTime, std::vector<std::int64_t>> SessionTable::buckets() const {
    std::map<SteadyTime, std::vector<std::int64_t>> all;
    for (const auto& [end, sessions] : buckets_) {
        all.emplace(end, sorted_ids(sessions));
    }
    return all;
}

void SessionTable::put_in_bucket(Session& session, Time now) {
    const Milliseconds expiry = (now.steady + session.timeout).time_since_epoch();
    const SteadyTime end((expiry / tick_ + 1) * tick_);
    if (end == session.expires) return;
    const auto bucket = buckets_.try_emplace(end).first;
    try {
        // First: it may throw, and the session must stay in a bucket.
        bucket->second.push_back(&session);
    } catch (...) {
        if (bucket->second.empty()) {
            buckets_.erase(bucket);
        }
        throw;
    }
    take_out_of_bucket(session);
    session.expires = end;
    session.place = bucket->second.size() - 1;
}

void SessionTable::take_out_of_bucket(const Session& session) noexcept {
    const auto bucket = buckets_.find(session.expires);
    if (bucket == buckets_.end()) return;
    std::vector<Session*>& sessions = bucket->second;
    sessions[session.place] = sessions.back();
    sessions[session.place]->place = session.place;
    sessions.pop_back();
    if (sessions.empty()) {
        buckets_.erase(bucket);
    }
}

}  // namespace kazoo::server
