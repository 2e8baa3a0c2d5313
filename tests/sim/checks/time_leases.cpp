// SPDX-License-Identifier: Apache-2.0
#include "checks/time_leases.hpp"

#include <chrono>
#include <cstdio>

namespace kazoo::sim {
namespace {

constexpr std::chrono::seconds begin_of_wall_time(1'700'000'000);

/// Returns the text between `before` and the next quote.
std::string field(const std::string& data, const std::string& before) {
    const auto begin = data.find(before);
    if (begin == std::string::npos) {
        return {};
    }
    const auto from = begin + before.size();
    return data.substr(from, data.find('"', from) - from);
}

std::optional<WallTime> parse_time(const std::string& text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    const auto* const format = "%d-%u-%uT%d:%d:%d";
    if (std::sscanf(text.c_str(), format, &year, &month, &day, &hour, &minute, &second) != 6) {
        return std::nullopt;
    }
    const std::chrono::sys_days date =
        std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return date + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

}  // namespace

WallTime wall_time(TimePoint time) {
    return WallTime(begin_of_wall_time) +
           std::chrono::duration_cast<WallTime::duration>(time.time_since_epoch());
}

std::string TimeLeaseCheck::new_holder(int client) {
    return "client" + std::to_string(client) + "-" + std::to_string(++holders_);
}

std::optional<TimeLeaseCheck::Record> TimeLeaseCheck::record(const Snapshot& state) const {
    if (!state.exists) {
        return std::nullopt;
    }
    const auto end = parse_time(field(state.data, "\"end\": \""));
    if (!end) {
        verdict_.fail(record_path() + ": has the data '" + state.data + "'");
        return std::nullopt;
    }
    return Record{field(state.data, "\"holder\": \""), *end};
}

/// A record shows whole seconds. If a renewal finds the record that it would write, it may be the
/// one of its own lost try, or that of a second before.
void TimeLeaseCheck::on_obtained(const ObtainedLease& lease) {
    constexpr auto precision = std::chrono::seconds(1);
    const auto& state = chronicle_.of(record_path(), lease.token);
    const auto found = record(state);
    const bool right = found && state.czxid == lease.token && found->holder == lease.holder &&
                       state.time >= lease.begun - precision && state.time <= lease.ended;
    if (!right) {
        verdict_.fail(
            lease.holder + ": obtained the lease with token " + std::to_string(lease.token) +
            ", which is not that of its record"
        );
    }
}

void TimeLeaseCheck::on_held(const std::string& holder, TimePoint now) {
    const auto found = record(chronicle_.of(record_path()).back());
    if (found && found->holder != holder) {
        verdict_.fail(holder + ": holds the lease, and so does " + found->holder);
    } else if (found && found->end <= wall_time(now)) {
        verdict_.fail(holder + ": holds the lease after its end");
    }
}

void TimeLeaseCheck::at_rest() {
    for (const auto& child : chronicle_.of(root_).back().children) {
        if (child != "lease_holder") {
            verdict_.fail(root_ + "/" + child + ": left behind");
        }
    }
}

void TimeLeaseCheck::at_end() {
    std::optional<Record> before;
    for (const auto& state : chronicle_.of(record_path())) {
        if (before) {
            check_replaced(*before, state);
        }
        before = record(state);
        if (before) {
            check_author(*before, state);
        }
    }
}

void TimeLeaseCheck::check_replaced(const Record& before, const Snapshot& state) {
    const auto after = record(state);
    if (!after) {
        return check_author(before, state);  // released
    }
    if (after->holder != before.holder && before.end > wall_time(state.time)) {
        verdict_.fail(
            after->holder + ": has taken the lease before that of " + before.holder +
            " was over, at zxid " + std::to_string(state.zxid)
        );
    }
}

/// The holder of a record is the one that writes and removes it.
void TimeLeaseCheck::check_author(const Record& record, const Snapshot& state) {
    for (const auto& write : chronicle_.by(state.zxid)) {
        const auto author = "client" + std::to_string(write.author.client) + "-";
        if (write.path == record_path() && write.author.client >= 0 &&
            write.kind == (state.exists ? Write::Kind::create : Write::Kind::remove) &&
            !record.holder.starts_with(author)) {
            verdict_.fail(
                record_path() + ": that of " + record.holder + " was changed by " + author
            );
        }
    }
}

}  // namespace kazoo::sim
