// SPDX-License-Identifier: Apache-2.0
// Sessions, expiry, and the removal of containers and TTL nodes.

#include "server/database/database.hpp"
#include "server/database/database_write.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kazoo::server {

Milliseconds Database::clamp_timeout(Milliseconds requested) const noexcept {
    const auto or_ticks = [this](Milliseconds set, std::int64_t ticks) {
        return set > Milliseconds(0) ? set : ticks * options_.tick;
    };
    const Milliseconds most = or_ticks(options_.max_session_timeout, 20);
    return std::max(std::min(requested, most), or_ticks(options_.min_session_timeout, 2));
}

NewSession Database::create_session(Milliseconds timeout, Time now) {
    Write write(*this, now);
    const Session& session = sessions_.create(clamp_timeout(timeout), now);
    return {session, write.commit()};
}

const Session* Database::resume_session(
    std::int64_t id, std::string_view password, Milliseconds timeout, Time now
) {
    const Session* session = sessions_.find(id);
    if (session == nullptr || !sessions_.password_fits(*session, password)) {
        return nullptr;
    }
    sessions_.set_timeout(id, clamp_timeout(timeout), now);
    return session;
}

void Database::touch_session(std::int64_t id, Time now) {
    sessions_.touch(id, now);
}

std::shared_ptr<const Transaction> Database::close_session(std::int64_t id, Time now) {
    if (sessions_.find(id) == nullptr) {
        return nullptr;
    }
    Write write(*this, now);
    for (std::string& path : tree_.ephemerals(id)) {
        write.writer().apply(DeleteEffect{std::move(path)});
    }
    write.writer().close_session(id);
    sessions_.erase(id);
    return write.commit();
}

void Database::on_time(Time now) {
    for (const std::int64_t id : sessions_.expired(now)) {
        deliver(close_session(id, now));
        ++expired_sessions_;
    }
    if (options_.reaper_interval <= Milliseconds(0)) {
        return;
    }
    const bool due = next_removal_ && now.steady >= *next_removal_;
    if (due) {
        // A parent that becomes empty is removed at the next interval.
        for (std::string& path : tree_.expired_nodes(now.wall)) {
            deliver(remove_node(std::move(path), now));
        }
    }
    if (due || !next_removal_) {
        next_removal_ = now.steady + options_.reaper_interval;
    }
}

SteadyTime Database::next_deadline() const noexcept {
    const SteadyTime removal = options_.reaper_interval > Milliseconds(0)
                                   ? next_removal_.value_or(SteadyTime())
                                   : no_deadline;
    return std::min(sessions_.next_deadline(), removal);
}

/// Each node is a transaction of its own, as in Apache's server.
std::shared_ptr<const Transaction> Database::remove_node(std::string path, Time now) {
    Write write(*this, now);
    write.writer().apply(DeleteEffect{std::move(path)});
    return write.commit();
}

}  // namespace kazoo::server
