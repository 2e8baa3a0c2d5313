// SPDX-License-Identifier: Apache-2.0
// How the session processes what a server sends: replies, notifications, and the replies to its own
// pings, credentials and restored watches.
#include "base/prefetch.hpp"
#include "base/recycled_blocks.hpp"
#include "codec/decoder.hpp"
#include "codec/protocol_numbers.hpp"
#include "codec/watches.hpp"
#include "session/session.hpp"
#include "values/text.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::session {
namespace {

constexpr std::size_t max_handshake_frame = 1024;
constexpr const char* not_zookeeper = "the peer is not a ZooKeeper server";

std::span<const std::byte> rest_of(
    std::span<const std::byte> frame, const codec::Decoder& decoder
) {
    return frame.last(decoder.remaining());
}

/// Returns whether a server that replies with this error serves the connection no longer. Most
/// servers also close it. ClickHouse Keeper replies connection_loss when it has no quorum.
bool ends_connection(std::int32_t err) {
    switch (codec::errc(err)) {
        case Errc::connection_loss:
        case Errc::session_expired:
        case Errc::session_moved:
        case Errc::session_closed_require_sasl:
            return true;
        default:
            return false;
    }
}

bool requires_authentication(std::int32_t err) {
    return codec::errc(err) == Errc::session_closed_require_sasl;
}

/// Returns the outcome of a request that a server has answered with an error. One that only reads
/// has not been applied, whatever the error is.
Outcome outcome_of(codec::Opcode op, std::error_code error) {
    return codec::is_write(op) ? usual_outcome(error) : Outcome::not_applied;
}

}  // namespace

void Session::on_bytes(std::uint64_t attempt, std::span<const std::byte> bytes, TimePoint now) {
    Received received{bytes};
    received.may_leave = false;
    on_more(attempt, received, now);
}

void Session::on_more(std::uint64_t attempt, Received& received, TimePoint now) {
    const auto fresh = received.bytes.subspan(std::exchange(received.left, 0));
    const bool goes_on = std::exchange(received.more, false);
    if (attempt != attempt_ || phase_ < Phase::handshaking) {
        return;
    }
    if (goes_on) {
        return process(attempt, received, now);
    }
    metrics_.session.bytes_received += fresh.size();
    if (phase_ == Phase::handshaking) {
        behind_check_.answered();
        if (const auto* refusal = reason_to_refuse_first_bytes(fresh)) {
            return attempt_failed(refusal, now);
        }
    } else {  // before the handshake is complete, the peer may not be a ZooKeeper server
        keepalive_.received(now);
    }
    reader_.feed(received.bytes, received.may_leave);
    process(attempt, received, now);
}

void Session::process(std::uint64_t attempt, Received& received, TimePoint now) {
    // Any frame may end the connection, which changes attempt_; the bytes after it are ignored.
    for (auto frames = received.frames; attempt == attempt_; --frames) {
        if (frames == 0) {
            received.more = true;
            return;
        }
        const auto item = reader_.next();
        if (item.kind == codec::FrameItem::Kind::none) {
            break;
        }
        on_item(item, now);
    }
    if (attempt == attempt_) {
        const auto rest = reader_.rest();
        received.left = rest.size;
        received.whole = rest.whole;
    }
    finish_if_detached();
    if (attempt == attempt_ && phase_ == Phase::serving) {
        leave_if_drained(now);
        pace_lease(now);
    }
}

/// Returns why the peer cannot be a ZooKeeper server, judging by the length of its first frame, or
/// null.
const char* Session::reason_to_refuse_first_bytes(std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i < bytes.size() && first_byte_count_ < 4; ++i, ++first_byte_count_) {
        first_bytes_ = first_bytes_ << 8 | std::to_integer<std::uint32_t>(bytes[i]);
    }
    if (first_byte_count_ < 4 || first_bytes_ <= max_handshake_frame) {
        return nullptr;
    }
    if (first_bytes_ >> 16 ==
        0x1503) {  // a TLS 1.x alert, with which TLS servers answer plain text
        return "the server expects TLS";
    }
    if (first_bytes_ == 0x48545450) {  // "HTTP"
        return "the peer is an HTTP server, not a ZooKeeper server";
    }
    return not_zookeeper;
}

void Session::on_item(const codec::FrameItem& item, TimePoint now) {
    if (phase_ == Phase::handshaking) {
        if (item.kind != codec::FrameItem::Kind::frame) {
            return attempt_failed(not_zookeeper, now);
        }
        return on_connect_response(item.bytes, now);
    }
    switch (item.kind) {
        case codec::FrameItem::Kind::frame:
            return on_frame(item.bytes, now);
        case codec::FrameItem::Kind::oversized:
            return on_oversized(item, now);
        default:
            return on_closed(attempt_, ClientErrc::protocol_error, now);
    }
}

void Session::on_frame(std::span<const std::byte> frame, TimePoint now) {
    codec::Decoder decoder(frame);
    codec::ReplyHeader header;
    if (!codec::decode(decoder, header)) {
        return on_closed(attempt_, ClientErrc::protocol_error, now);
    }
    const auto body = rest_of(frame, decoder);
    if (sasl_.awaits_reply(header.xid)) {
        return on_sasl_reply(header.err, body, now);
    }
    switch (header.xid) {
        case codec::watch_xid:
            return on_notification(header, body, now);
        case codec::ping_xid:
            return on_ping_reply(header.err, now);
        case codec::auth_xid:
            return on_auth_reply(header.err, now);
        case codec::set_watches_xid:
            return on_watches_restored(header.err, now);
        default:
            return on_reply(header, body, now);
    }
}

void Session::note_reply(const Pending& answered, TimePoint now) noexcept {
    if (answered.request && answered.written != TimePoint{}) {
        metrics_.of(answered.op).on_the_wire.add(now - answered.written);
    }
}

/// Errors are left out: a server may find some without its leader.
void Session::note_confirmed(const Pending& answered, std::int32_t err, TimePoint now) noexcept {
    lease_.answered(answered.id);
    const bool by_leader = answered.op == codec::Opcode::sync || codec::is_write(answered.op);
    if (by_leader && err == 0 && answered.written != TimePoint{}) {
        lease_.confirmed(answered.written, now);
    }
}

void Session::on_reply(
    const codec::ReplyHeader& header, std::span<const std::byte> body, TimePoint now
) {
    auto* const answered = requests_.answered(header.xid);
    if (answered == nullptr) {
        return on_stray(header.xid, header.err, now);
    }
    const auto op = answered->op;
    if (is_logged(LogLevel::trace)) {
        log_reply(op, header, body.size());
    }
    note_reply(*answered, now);
    note_confirmed(*answered, header.err, now);
    const bool ends = header.err != 0 && ends_connection(header.err);
    if (op >= codec::Opcode::create2) {  // every server knows the requests before it
        note_support(op, header.err, ends, now);
    }
    answered_since_handshake_ = answered_since_handshake_ || !ends;
    last_zxid_ = std::max(last_zxid_, header.zxid);
    if (op == codec::Opcode::close_session) {
        requests_.remove_answered();
        return finish(KeeperState::CLOSED, Errc::connection_loss);
    }
    auto err = header.err;
    if (answered->watch && answered->watch->removes() != 0) {
        err = unregister_watches(*answered, err);
    } else if (answered->watch) {
        register_watch(*answered, err);  // first: a watcher that is not registered is returned
    }
    if (answered->request) {
        auto& event = events_.add_promised();
        event.request = std::move(answered->request);
        // The caller completes the operation next, which is in such a block.
        base::prefetch(event.request.get(), base::recycled_blocks::block_size);
        event.zxid = header.zxid;
        event.outcome = codec::is_write(op) ? Outcome::unknown : Outcome::not_applied;
        if (err == 0) {
            event.body = body;
        } else {
            event.error = codec::errc(err);
            event.outcome = outcome_of(op, event.error);
        }
        if (answered->watch) {
            event.watcher = answered->watch->take_watcher();
        }
    }
    requests_.remove_answered();
    if (ends || (header.err != 0 && is_unknown_request(op, header.err))) {
        end_by_server(header.err, now);
    }
}

void Session::on_ping_reply(std::int32_t err, TimePoint now) {
    log_if_wanted(LogLevel::debug, [] { return std::string("ping answered"); });
    if (ping_sent_ && !round_trip_) {
        round_trip_ = now - *ping_sent_;
        metrics_.session.ping_round_trip.add(*round_trip_);
    }
    answered_since_handshake_ = answered_since_handshake_ || !ends_connection(err);
    if (requires_authentication(err)) {
        end_by_server(err, now);
    }
}

/// The server no longer serves this connection. If it requires credentials that the client does not
/// have, every further connection would end in the same way, so the session ends.
void Session::end_by_server(std::int32_t err, TimePoint now) {
    if (requires_authentication(err) && phase_ != Phase::closing) {
        return fail_authentication(
            "the servers require authentication by a scheme for which this client has no "
            "credentials (error -124)"
        );
    }
    on_closed(attempt_, codec::errc(err), now);
}

/// A reply out of order is a protocol error: replies could no longer be assigned to requests. A
/// reply to a request that does not exist does no harm and is ignored.
void Session::on_stray(std::int32_t xid, std::int32_t err, TimePoint now) {
    if (requests_.is_awaiting_reply(xid)) {
        if (on_early_refusal(xid, err, now)) {
            return;
        }
        return on_closed(attempt_, ClientErrc::protocol_error, now);
    }
    log(LogLevel::warning, "ignoring an unexpected reply, xid " + std::to_string(xid));
}

void Session::on_oversized(const codec::FrameItem& item, TimePoint now) {
    codec::Decoder decoder(item.bytes);
    codec::ReplyHeader header;
    if (!codec::decode(decoder, header) || header.xid <= 0) {
        return on_closed(attempt_, ClientErrc::protocol_error, now);
    }
    auto* const answered = requests_.answered(header.xid);
    if (answered == nullptr) {
        return on_stray(header.xid, 0, now);
    }
    note_reply(*answered, now);
    answered_since_handshake_ = true;
    last_zxid_ = std::max(last_zxid_, header.zxid);
    if (answered->request) {
        ReplyEvent event;
        event.request = std::move(answered->request);
        event.error = ClientErrc::response_too_large;
        event.outcome = outcome_of(answered->op, event.error);
        event.zxid = header.zxid;
        if (answered->watch) {
            event.watcher = answered->watch->take_watcher();
        }
        events_.push_promised(std::move(event));
    }
    requests_.remove_answered();
    log(LogLevel::warning,
        "skipping an oversized reply of " + std::to_string(item.length) + " bytes");
}

/// Registers the watch of a request that succeeded. An exists request that found no node also sets
/// a watch.
void Session::register_watch(Pending& answered, std::int32_t err) noexcept {
    if (codec::errc(err) == Errc::no_node && answered.op == codec::Opcode::exists) {
        answered.watch->kind = WatchKind::exist;
    } else if (err != 0) {
        return;
    }
    watches_.add(*answered.watch);
}

/// Removes the watches of a request that removes them. Returns the error of the request.
std::int32_t Session::unregister_watches(Pending& answered, std::int32_t err) noexcept {
    auto& order = *answered.watch;
    // A server that has no such watch, although this side has, has sent its event before, or has
    // dropped it because of an ACL.
    const bool none = codec::errc(err) == Errc::no_watcher;
    if (err == 0 || none || ends_connection(err)) {
        watches_.remove(order);
        return none && !order.has_removed() ? err : 0;
    }
    if (codec::errc(err) == Errc::marshalling_error && (order.removes() & lasting_kinds) != 0) {
        lasting_types_refused_ = true;
    }
    return err;
}

void Session::on_notification(
    const codec::ReplyHeader& header, std::span<const std::byte> body, TimePoint now
) {
    codec::Decoder decoder(body);
    codec::WatcherEventView wire;
    if (!codec::decode(decoder, wire)) {
        // The server has removed the watch that fired, and which one it was is unknown. Restoring
        // all watches on a new connection fires those whose nodes have changed.
        log(LogLevel::error,
            "a notification cannot be decoded; reconnecting to restore the watches");
        return on_closed(attempt_, ClientErrc::protocol_error, now);
    }
    const auto type = codec::event_type(wire.type);
    if (!type) {
        return log(
            LogLevel::info,
            "a notification of unknown type is ignored: " + std::to_string(wire.type)
        );
    }
    log_if_wanted(LogLevel::trace, [&] {
        return "notification: " + std::string(to_string(*type)) + " " + base::printable(wire.path);
    });
    // last_zxid_ stays: a multi causes several notifications with the same zxid. If the connection
    // is lost in between, restoring the watches with the new zxid would lose the others.
    events_.reserve(1);
    auto watchers = watches_.take(*type, wire.path);
    if (watchers.empty()) {
        return;
    }
    fire(*type, std::max<std::int64_t>(header.zxid, 0), std::move(watchers));
}

void Session::on_auth_reply(std::int32_t err, TimePoint now) {
    if (!credentials_.awaits_answer()) {
        return log(LogLevel::warning, "ignoring an unexpected authentication reply");
    }
    if (ends_connection(err)) {  // says nothing about the credentials
        return end_by_server(err, now);
    }
    credentials_.answered(err == 0, [&](RequestOwner owner) {
        ReplyEvent event;
        event.request = std::move(owner);
        if (err != 0) {
            event.error = codec::errc(err);
        }
        events_.push_promised(std::move(event));
    });
    if (err != 0) {
        fail_authentication("the server refused the credentials");
    } else if (phase_ == Phase::authenticating && !credentials_.awaits_answer()) {
        serve(now);
    }
}

void Session::on_watches_restored(std::int32_t err, TimePoint now) {
    if (!restoration_.under_way()) {
        return;
    }
    if (ends_connection(err)) {
        return end_by_server(err, now);
    }
    answered_since_handshake_ = true;
    const auto frame = restoration_.answered(watches_, control_);
    if (err != 0) {
        log(LogLevel::error,
            "the server failed to restore watches, error " + std::to_string(err) +
                "; they are dropped");
        lose_watches(frame);
    }
}

}  // namespace kazoo::session
