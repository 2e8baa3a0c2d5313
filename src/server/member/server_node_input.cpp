// SPDX-License-Identifier: Apache-2.0
// Input of clients: four-letter words, frames, and the turns in which requests are handled.

#include "server/member/server_node.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace kazoo::server {

namespace {

constexpr std::size_t word_size = 4;
// The only word with an argument, the new mask.
constexpr std::string_view mask_word = "stmk";
constexpr std::size_t mask_size = 8;

/// Such bytes cannot be the length prefix of a valid frame: they would be more than a gigabyte.
bool looks_like_word(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool lacks_mask(std::string_view first) noexcept {
    return first.starts_with(mask_word) && first.size() < word_size + mask_size;
}

/// Inbox guarantees that a frame holds at least the header.
Request request_of(Connection& connection, std::span<const std::byte> frame, Time now) noexcept {
    const auto xid = static_cast<std::int32_t>(base::load_be32(frame.data()));
    const auto op = static_cast<codec::Opcode>(base::load_be32(frame.data() + 4));
    return {connection, op, xid, frame.subspan(8), now};
}

}  // namespace

void ServerNode::receive(Connection& connection, std::span<const std::byte> bytes, Time now) {
    if (connection.ended || connection.closing ||
        connection.phase == Connection::Phase::ignoring_input) {
        return;
    }
    connection.arrived = now.steady;
    state_.statistics.counters.bytes_received += bytes.size();
    // Requests that wait for the replica are not handled, but keep the session alive as well.
    connection.touches_session = !connection.delayed.empty() ||
                                 (state_.faults.leader_unreachable && connection.session != 0);
    if (connection.phase == Connection::Phase::awaiting_first_bytes &&
        !read_prefix(connection, bytes, now)) {
        return;
    }
    connection.inbox.feed(bytes);
    run(connection, now);
}

bool ServerNode::read_prefix(Connection& connection, std::span<const std::byte> bytes, Time now) {
    std::string& first = connection.first_bytes;
    const std::size_t earlier = first.size();
    std::size_t used = 0;
    for (; used < bytes.size() && first.size() < word_size; ++used) {
        first += static_cast<char>(bytes[used]);
    }
    if (first.size() < word_size) {
        return false;
    }
    if (looks_like_word(std::string_view(first).substr(0, word_size))) {
        for (; used < bytes.size() && lacks_mask(first); ++used) {
            first += static_cast<char>(bytes[used]);
        }
        if (!lacks_mask(first)) {
            on_four_letter_word(connection, now);
        }
        return false;
    }
    connection.phase = Connection::Phase::awaiting_connect_request;
    // The caller feeds `bytes`; only the bytes of earlier calls are missing in the inbox.
    if (earlier > 0) {
        connection.inbox.feed(std::as_bytes(std::span(first)).first(earlier));
        connection.inbox.keep_rest();
    }
    return true;
}

void ServerNode::on_four_letter_word(Connection& connection, Time now) {
    connection.phase = Connection::Phase::ignoring_input;
    ++state_.statistics.received;
    const std::string_view first = connection.first_bytes;
    if (first.starts_with(mask_word)) {
        const auto bytes = std::as_bytes(std::span(first)).subspan(word_size);
        four_letter_words_.set_trace_mask(static_cast<std::int64_t>(base::load_be64(bytes.data())));
    }
    if (const auto text = four_letter_words_.answer(first.substr(0, word_size), connection, now)) {
        ++state_.statistics.sent;
        connection.outbox.tail().append(text->data(), text->size());
    }
    state_.connections.finish(connection);
}

void ServerNode::run(Connection& connection, Time now) {
    if (connection.waits_for_turn) {
        connection.inbox.keep_rest();
        return state_.update_flow_control(connection);
    }
    if (!connection.used_full_turn) {
        return take_turn(connection, now);
    }
    // Requests of a client that asks for large replies wait for a turn, so as not to delay others.
    connection.inbox.keep_rest();
    const bool has_work = connection.can_handle_requests(state_.options.pause_output) &&
                          connection.inbox.front().kind != Inbox::Kind::none;
    if (has_work) {
        connection.waits_for_turn = true;
        turns_.push_back(connection.id);
    }
    state_.update_flow_control(connection);
}

void ServerNode::take_turn(Connection& connection, Time now) {
    handle_requests(connection, now);
    if (connection.ended) {
        return;
    }
    connection.inbox.keep_rest();
    if (connection.touches_session) {
        connection.touches_session = false;
        state_.touch_session(connection, now);
    }
    state_.update_flow_control(connection);
}

void ServerNode::handle_requests(Connection& connection, Time now) {
    const std::size_t before = connection.unsent();
    const auto output = [&] { return connection.unsent() - std::min(before, connection.unsent()); };
    std::size_t handled = 0;
    while (connection.can_handle_requests(state_.options.pause_output)) {
        const Inbox::Item item = connection.inbox.front();
        if (item.kind == Inbox::Kind::none) {
            break;
        }
        if (item.kind == Inbox::Kind::bad) {
            ++state_.statistics.counters.oversized_requests;
            state_.connections.end(connection);
            break;
        }
        const bool used_up =
            state_.options.turn_output != 0 && output() >= state_.options.turn_output;
        if (used_up ||
            (state_.options.turn_requests != 0 && handled >= state_.options.turn_requests)) {
            connection.waits_for_turn = true;
            turns_.push_back(connection.id);
            break;
        }
        ++handled;
        const bool handshake = connection.phase == Connection::Phase::awaiting_connect_request;
        if (state_.faults.leader_unreachable &&
            (handshake || RequestHandler::needs_leader(request_of(connection, item.bytes, now).op)
            )) {
            break;  // stays in the inbox until the faults change
        }
        if (handshake) {
            handshake_.on_connect_request(connection, item.bytes, now);
        } else {
            const Request request = request_of(connection, item.bytes, now);
            if (!connection.delayed.empty() && !RequestHandler::needs_leader(request.op)) {
                break;  // stays in the inbox until the replica has caught up
            }
            requests_.handle(request);
        }
        connection.inbox.pop();
    }
    connection.used_full_turn =
        state_.options.turn_output != 0 && output() >= state_.options.turn_output;
}

}  // namespace kazoo::server
