// Bytes of clients, until they are words, handshakes or requests.

#include "server/member_core.hpp"

#include <algorithm>
#include <string>

namespace kazoo::server {

namespace {

constexpr std::size_t word_size = 4;

/// As a length, such bytes stand for more than a gigabyte.
bool looks_like_word(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// A frame of an inbox holds a header at least.
Request request_of(Connection& connection, std::span<const std::byte> frame, Time now) noexcept {
    const auto xid = static_cast<std::int32_t>(base::load_be32(frame.data()));
    const auto op = static_cast<codec::Opcode>(base::load_be32(frame.data() + 4));
    return {connection, op, xid, frame.subspan(8), now};
}

}  // namespace

void Member::Impl::on_bytes(Connection& connection, std::span<const std::byte> bytes, Time now) {
    if (connection.ended || connection.closing || connection.phase == Connection::Phase::deaf) {
        return;
    }
    connection.arrived_ms = now.steady_ms;
    // What waits for the replica keeps its session alive as well.
    connection.alive = !connection.owed.empty();
    if (connection.phase == Connection::Phase::fresh && !begin(connection, bytes, now)) {
        return;
    }
    connection.inbox.feed(bytes);
    run(connection, now);
}

bool Member::Impl::begin(Connection& connection, std::span<const std::byte> bytes, Time now) {
    std::string& first = connection.first_bytes;
    const std::size_t earlier = first.size();
    for (std::size_t i = 0; i < bytes.size() && first.size() < word_size; ++i) {
        first += static_cast<char>(bytes[i]);
    }
    if (first.size() < word_size) {
        return false;
    }
    if (looks_like_word(first)) {
        take_word(connection, now);
        return false;
    }
    connection.phase = Connection::Phase::greeting;
    if (earlier > 0) {
        connection.inbox.feed(std::as_bytes(std::span(first)).first(earlier));
        connection.inbox.keep_rest();
    }
    return true;
}

void Member::Impl::take_word(Connection& connection, Time now) {
    connection.phase = Connection::Phase::deaf;
    ++statistics.received;
    if (const auto text = answer_word(connection.first_bytes, connection, now)) {
        ++statistics.sent;
        connection.outbox.tail().append(text->data(), text->size());
    }
    connections.finish(connection);
}

void Member::Impl::run(Connection& connection, Time now) {
    while (connection.goes_on(options.pause_output)) {
        const Inbox::Item item = connection.inbox.front();
        if (item.kind == Inbox::Kind::none) {
            break;
        }
        if (item.kind == Inbox::Kind::bad) {
            connections.end(connection);
            break;
        }
        if (connection.phase == Connection::Phase::greeting) {
            greet(connection, item.bytes, now);
        } else {
            const Request request = request_of(connection, item.bytes, now);
            if (!connection.owed.empty() && !overtakes(request.op)) {
                break;
            }
            handle(request);
        }
        connection.inbox.pop();
    }
    if (connection.ended) {
        return;
    }
    connection.inbox.keep_rest();
    if (connection.alive) {
        connection.alive = false;
        (connection.local_session ? local_sessions.touch(connection.session, now)
                                  : state.touch_session(connection.session, now));
    }
    settle(connection);
}

void Member::Impl::settle(Connection& connection) {
    if (connection.unsent() > options.max_output || connection.inbox.kept() > options.max_output) {
        connections.cut_off(connection);
        return;
    }
    const bool reading = connection.reading(options.pause_output);
    if (connection.outbox.ready() != 0 || reading != connection.told_reading) {
        connection.told_reading = reading;
        connections.touch(connection);
    }
}

}  // namespace kazoo::server
