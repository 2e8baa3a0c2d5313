// SPDX-License-Identifier: Apache-2.0
#include "server/member/reply_queue.hpp"

#include <utility>

namespace kazoo::server {

namespace {

// Offset of the zxid in a reply frame, after the length and the xid.
constexpr std::size_t zxid_offset = 8;

void stamp(base::Buffer& frame, std::int64_t zxid) noexcept {
    frame.patch_i32(zxid_offset, static_cast<std::int32_t>(zxid >> 32));
    frame.patch_i32(zxid_offset + 4, static_cast<std::int32_t>(zxid));
}

}  // namespace

void ReplyQueue::send_header(const Request& request, Errc err) {
    send(
        request.connection,
        {request.op, request.xid, state_.applied_zxid(), static_cast<std::int32_t>(err)},
        request.now
    );
}

bool ReplyQueue::waits(const Connection& connection, const ReplyInfo& info) const noexcept {
    return !connection.delayed.empty() || (state_.replica && state_.replica->lacks(info.awaits));
}

base::Buffer& ReplyQueue::begin(Connection& connection, const ReplyInfo& info, bool later) {
    if (later) {
        DelayedReply& delayed = connection.delayed.emplace_back();
        delayed.info = info;
        delayed.arrived = connection.arrived;
        delayed.hold = std::exchange(connection.hold, std::nullopt);
        return delayed.frame;
    }
    place_hold(connection, connection.hold);
    base::Buffer& tail = connection.outbox.tail();
    reply_start_ = tail.size();
    return tail;
}

void ReplyQueue::finish(Connection& connection, const ReplyInfo& info, bool later, Time now) {
    if (later) {
        connection.delayed_bytes +=
            sizeof(DelayedReply) + connection.delayed.back().frame.capacity();
        return;
    }
    const base::Buffer& tail = connection.outbox.tail();
    count(connection, info, connection.arrived, tail.size() - reply_start_, now);
    if (info.last) {
        state_.connections.finish(connection);
    }
}

void ReplyQueue::count(
    Connection& connection, const ReplyInfo& info, SteadyTime arrived, std::size_t bytes, Time now
) {
    const SteadyTime sent =
        state_.options.steady_now != nullptr ? state_.options.steady_now() : now.steady;
    ++connection.statistics.sent;
    connection.statistics.on_answered(info.op, info.xid, info.zxid, arrived, sent);
    ++state_.statistics.sent;
    state_.statistics.latencies.add(sent - arrived);
    state_.statistics.reply_sizes.add(bytes);
    ServerCounters& counters = state_.statistics.counters;
    counters.response_bytes += bytes;
    // Apache's server counts createSession and closeSession as updates.
    const bool updates = codec::is_write(info.op) || info.op == codec::Opcode::create_session ||
                         info.op == codec::Opcode::close_session;
    counters.writes += updates ? 1 : 0;
    (updates ? counters.updates_latency : counters.reads_latency).add(sent - arrived);
}

void ReplyQueue::place_hold(Connection& connection, std::optional<ReplyHold>& hold) {
    if (!hold) {
        return;
    }
    connection.outbox.add_hold(*hold);
    if (hold->fault == 0) {
        state_.connections.wake_at(connection, hold->until);
    }
    hold.reset();
}

void ReplyQueue::flush_delayed(Connection& connection, Time now) {
    while (!connection.delayed.empty() &&
           !state_.replica->lacks(connection.delayed.front().info.awaits)) {
        DelayedReply& delayed = connection.delayed.front();
        if (delayed.info.op == codec::Opcode::sync) {
            // Encoded before the replica caught up: carries the zxid that it has applied by now.
            delayed.info.zxid = state_.applied_zxid();
            stamp(delayed.frame, delayed.info.zxid);
        } else if (delayed.info.op == codec::Opcode::create_session) {
            connection.phase = Connection::Phase::established;
        }
        place_hold(connection, delayed.hold);
        connection.outbox.tail().append(delayed.frame.data(), delayed.frame.size());
        count(connection, delayed.info, delayed.arrived, delayed.frame.size(), now);
        const bool last = delayed.info.last;
        connection.delayed_bytes -= sizeof(DelayedReply) + delayed.frame.capacity();
        connection.delayed.pop_front();
        if (last) {
            return state_.connections.finish(connection);
        }
    }
}

bool ReplyQueue::release_holds(Connection& connection, Time now) {
    const bool released = connection.outbox.release_holds([&](const ReplyHold& hold) {
        return hold.fault != 0 ? !state_.faults.contains(hold.fault) : hold.until <= now.steady;
    });
    if (released) {
        state_.connections.touch(connection);
    }
    return released;
}

}  // namespace kazoo::server
