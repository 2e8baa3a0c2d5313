// Replies in order: sent at once, behind gates (fault injection), or when the replica has caught
// up.

#include "server/member/member_core.hpp"

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

bool Member::Impl::waits(const Connection& connection, const Answer& about) const noexcept {
    return !connection.owed.empty() || (replica && replica->lacks(about.awaits));
}

base::Buffer& Member::Impl::reply_buffer(Connection& connection, const Answer& about, bool later) {
    if (later) {
        Owed& owed = connection.owed.emplace_back();
        owed.answer = about;
        owed.arrived_ms = connection.arrived_ms;
        owed.gate = std::exchange(connection.gate, std::nullopt);
        return owed.frame;
    }
    pass_gate(connection, connection.gate);
    base::Buffer& tail = connection.outbox.tail();
    reply_start = tail.size();
    return tail;
}

void Member::Impl::reply_done(Connection& connection, const Answer& about, bool later, Time now) {
    if (later) {
        connection.owed_bytes += sizeof(Owed) + connection.owed.back().frame.capacity();
        return;
    }
    const base::Buffer& tail = connection.outbox.tail();
    count_reply(connection, about, connection.arrived_ms, tail.size() - reply_start, now);
    if (about.last) {
        connections.finish(connection);
    }
}

void Member::Impl::count_reply(
    Connection& connection,
    const Answer& about,
    std::int64_t arrived_ms,
    std::size_t bytes,
    Time now
) {
    const std::int64_t now_ms = options.steady_ms != nullptr ? options.steady_ms() : now.steady_ms;
    ++connection.statistics.sent;
    connection.statistics.on_answered(about.op, about.xid, about.zxid, arrived_ms, now_ms);
    ++statistics.sent;
    statistics.latencies.add(now_ms - arrived_ms);
    statistics.reply_sizes.add(bytes);
    ServerCounters& counters = statistics.counters;
    counters.response_bytes += bytes;
    // Apache's server counts createSession and closeSession as updates.
    const bool updates = codec::is_write(about.op) || about.op == codec::Opcode::create_session ||
                         about.op == codec::Opcode::close_session;
    counters.writes += updates ? 1 : 0;
    (updates ? counters.updates_latency : counters.reads_latency).add(now_ms - arrived_ms);
}

void Member::Impl::pass_gate(Connection& connection, std::optional<Gate>& gate) {
    if (!gate) {
        return;
    }
    connection.outbox.add_gate(*gate);
    if (gate->fault == 0) {
        connections.wake_at(connection, gate->until_ms);
    }
    gate.reset();
}

void Member::Impl::pay_owed(Connection& connection, Time now) {
    while (!connection.owed.empty() && !replica->lacks(connection.owed.front().answer.awaits)) {
        Owed& owed = connection.owed.front();
        if (owed.answer.op == codec::Opcode::sync) {
            // Encoded before the replica caught up: carries the zxid that it has applied by now.
            owed.answer.zxid = applied_zxid();
            stamp(owed.frame, owed.answer.zxid);
        } else if (owed.answer.op == codec::Opcode::create_session) {
            connection.phase = Connection::Phase::established;
        }
        pass_gate(connection, owed.gate);
        connection.outbox.tail().append(owed.frame.data(), owed.frame.size());
        count_reply(connection, owed.answer, owed.arrived_ms, owed.frame.size(), now);
        const bool last = owed.answer.last;
        connection.owed_bytes -= sizeof(Owed) + owed.frame.capacity();
        connection.owed.pop_front();
        if (last) {
            return connections.finish(connection);
        }
    }
}

bool Member::Impl::open_gates(Connection& connection, Time now) {
    const bool opened = connection.outbox.open_gates([&](const Gate& gate) {
        return gate.fault != 0 ? !faults.contains(gate.fault) : gate.until_ms <= now.steady_ms;
    });
    if (opened) {
        connections.touch(connection);
    }
    return opened;
}

}  // namespace kazoo::server
