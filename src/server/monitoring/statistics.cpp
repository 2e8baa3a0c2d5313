// SPDX-License-Identifier: Apache-2.0
#include "server/monitoring/statistics.hpp"

#include <algorithm>

namespace kazoo::server {

void Latencies::add(Milliseconds latency) noexcept {
    const std::int64_t ms = latency.count();
    if (ms < 0) return;
    min_ = count_ == 0 ? ms : std::min(min_, ms);
    max_ = std::max(max_, ms);
    sum_ += ms;
    ++count_;
}

std::int64_t Latencies::average() const noexcept {
    return count_ == 0 ? 0 : sum_ / count_;
}

std::int64_t Latencies::fine_average() const noexcept {
    if (count_ == 0) return 0;
    constexpr std::int64_t fine = 10'000;
    // In two parts, to avoid an overflow of sum_ * fine; the second is rounded to nearest.
    const auto rest = sum_ % count_;
    return sum_ / count_ * fine + (2 * fine * rest + count_) / (2 * count_);
}

void LatencySummary::add(Milliseconds latency) noexcept {
    const std::int64_t ms = latency.count();
    if (ms < 0) return;
    values_.add(latency);
    ++counts_[static_cast<std::size_t>(std::min<std::int64_t>(ms, places - 1))];
}

std::int64_t LatencySummary::quantile(std::int64_t thousandths) const noexcept {
    const std::int64_t rank = (count() * thousandths + 999) / 1000;
    std::int64_t seen = 0;
    for (std::size_t ms = 0; ms + 1 < places; ++ms) {
        seen += counts_[ms];
        if (seen >= rank) return static_cast<std::int64_t>(ms);
    }
    return values_.max();
}

void ReplySizes::add(std::size_t bytes) noexcept {
    last = static_cast<std::int64_t>(bytes);
    min = min < 0 ? last : std::min(min, last);
    max = std::max(max, last);
}

void ServerStatistics::reset() noexcept {
    received = 0;
    sent = 0;
    latencies.reset();
    reply_sizes = {};
}

void ConnectionStatistics::on_answered(
    codec::Opcode op, std::int32_t xid, std::int64_t zxid, SteadyTime arrived, SteadyTime now
) noexcept {
    if (xid >= 0) last_cxid = xid;
    last_op = word_name(op);
    last_zxid = zxid;
    last_response = now;
    last_latency = now - arrived;
    latencies.add(last_latency);
}

void ConnectionStatistics::reset() noexcept {
    const auto kept = outstanding;
    *this = {};
    outstanding = kept;
}

std::string_view word_name(codec::Opcode op) noexcept {
    using codec::Opcode;
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
        case Opcode::create_ttl:
            return "CREA";
        case Opcode::delete_:
        case Opcode::delete_container:
            return "DELE";
        case Opcode::get_children:
        case Opcode::get_children2:
            return "GETC";
        case Opcode::exists:
            return "EXIS";
        case Opcode::get_data:
            return "GETD";
        case Opcode::set_data:
            return "SETD";
        case Opcode::get_acl:
            return "GETA";
        case Opcode::set_acl:
            return "SETA";
        case Opcode::sync:
            return "SYNC";
        case Opcode::ping:
            return "PING";
        case Opcode::check:
            return "CHEC";
        case Opcode::multi:
            return "MULT";
        case Opcode::multi_read:
            return "MLTR";
        case Opcode::reconfig:
            return "RECO";
        case Opcode::check_watches:
            return "CHKW";
        case Opcode::remove_watches:
            return "REMW";
        case Opcode::set_watches:
            return "SETW";
        case Opcode::set_watches2:
            return "STW2";
        case Opcode::add_watch:
            return "ADDW";
        case Opcode::get_ephemerals:
            return "GETE";
        case Opcode::get_all_children_number:
            return "GETACN";
        case Opcode::who_am_i:
            return "HOMI";
        case Opcode::create_session:
            return "SESS";
        case Opcode::close_session:
            return "CLOS";
        case Opcode::notification:
        case Opcode::auth:
        case Opcode::sasl:
        case Opcode::error:
            break;
    }
    return "NA";
}

}  // namespace kazoo::server
