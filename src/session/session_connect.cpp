// The way to a served connection: host by host, address by address, handshake, credentials.
#include "codec/auth.hpp"
#include "session/session.hpp"

#include <algorithm>

namespace kazoo::session {

void Session::enter(Phase phase, TimePoint deadline) {
    phase_ = phase;
    phase_deadline_ = deadline;
}

milliseconds Session::connect_timeout() const {
    if (config_.connect_timeout.count() > 0) {
        return config_.connect_timeout;
    }
    // One silent host must not cost the session: a share for each, and no more than a few seconds.
    const auto others = std::max<std::size_t>(hosts_.size(), 1) - 1;
    const auto share = keepalive_.timeout() / static_cast<std::int64_t>(others + addresses_);
    return std::clamp(share, milliseconds(500), milliseconds(4000));
}

void Session::begin_attempt(TimePoint now) {
    set_state(KeeperState::CONNECTING);
    endpoints_.clear();
    addresses_ = 1;
    if (hosts_.size() == 0) {
        log(LogLevel::error, "there are no hosts to connect to");
        return back_off(now);
    }
    host_ = hosts_.next();
    attempt_ = ++last_attempt_;
    enter(Phase::resolving, later(now, connect_timeout()));
    actions_.emplace_back(ResolveAction{attempt_, host_});
}

void Session::on_resolved(
    std::uint64_t attempt, std::error_code error, std::vector<Endpoint> endpoints, TimePoint now
) {
    if (search_.awaits(attempt)) {
        return look_further(search_.on_resolved(std::move(endpoints), ++last_attempt_, now));
    }
    if (attempt != attempt_ || phase_ != Phase::resolving) {
        return;
    }
    if (error || endpoints.empty()) {
        log(LogLevel::warning,
            to_string(host_) +
                " does not resolve: " + (error ? error.message() : "it has no address"));
        return host_failed(now);
    }
    hosts_.arrange(endpoints);
    std::reverse(endpoints.begin(), endpoints.end());  // they are taken from the back
    endpoints_ = std::move(endpoints);
    addresses_ = endpoints_.size();
    next_endpoint(now);
}

void Session::next_endpoint(TimePoint now) {
    if (endpoints_.empty()) {
        return host_failed(now);
    }
    server_ = std::move(endpoints_.back());
    endpoints_.pop_back();
    attempt_ = ++last_attempt_;
    enter(Phase::connecting, later(now, connect_timeout()));
    actions_.emplace_back(ConnectAction{attempt_, server_});
}

void Session::host_failed(TimePoint now) {
    if (std::exchange(moving_, false)) {
        hosts_.begin_round();  // the move came to nothing: it was no try of connection_retry
        return begin_attempt(now);
    }
    if (hosts_.round_over()) {
        back_off(now);
    } else {
        begin_attempt(now);
    }
}

void Session::back_off(TimePoint now) {
    if (!failing_since_) {
        failing_since_ = now;
    }
    const auto pause = backoff_.next();
    const auto limit = config_.connection_retry.deadline();
    if (!pause || (limit && later(now, *pause) > later(*failing_since_, *limit))) {
        log(LogLevel::error,
            "no server could be reached and connection_retry allows no more tries");
        return finish(KeeperState::CLOSED, Errc::connection_loss);
    }
    enter(Phase::backing_off, later(now, *pause));
}

void Session::attempt_failed(std::string_view why, TimePoint now) {
    log(LogLevel::info, "no connection to " + to_string(server_) + ": " + std::string(why));
    disconnect();
    next_endpoint(now);
}

void Session::phase_timeout(TimePoint now) {
    switch (phase_) {
        case Phase::backing_off:
            return begin_attempt(now);
        case Phase::resolving:
            log(LogLevel::warning, "looking up " + to_string(host_) + " takes too long");
            disconnect();
            return host_failed(now);
        default:
            return attempt_failed("no answer in time", now);
    }
}

void Session::on_connected(std::uint64_t attempt, TimePoint) {
    if (attempt != attempt_ || phase_ != Phase::connecting) {
        return;
    }
    reader_.reset();
    proven_ = false;
    enter(Phase::handshaking, phase_deadline_);  // the address has one deadline for both
    write_connect_request(
        control_, identity_.local_to_read_only ? Identity{} : identity_, last_zxid_, config_
    );
}

void Session::on_closed(std::uint64_t attempt, std::error_code error, TimePoint now) {
    if (attempt != attempt_) {
        return;
    }
    switch (phase_) {
        case Phase::connecting:
        case Phase::handshaking:
        case Phase::authenticating:
            return attempt_failed(error.message(), now);
        case Phase::serving:
            return lose_connection(error.message(), now);
        case Phase::closing:  // some servers close instead of answering
            return finish(KeeperState::CLOSED, Errc::connection_loss);
        default:
            return;
    }
}

void Session::welcome(std::span<const std::byte> frame, TimePoint now) {
    const auto wanted = identity_.local_to_read_only ? Identity{} : identity_;
    auto answer = read_connect_response(frame, wanted);
    if (answer.kind == Welcome::Kind::refused) {
        return attempt_failed(answer.reason, now);
    }
    if (answer.kind == Welcome::Kind::expired) {
        return expire(answer.reason, now);
    }
    if (answer.read_only && !config_.read_only) {
        return attempt_failed("the server is read-only", now);
    }
    identity_ = std::move(answer.identity);
    read_only_ = answer.read_only;
    keepalive_.established(answer.timeout, now);
    enter(Phase::authenticating, later(now, connect_timeout()));
    for (std::size_t i = 0; i < credentials_.size(); ++i) {
        send_credential(i);
    }
    if (credentials_.empty()) {
        serve(now);
    }
}

void Session::send_credential(std::size_t index) {
    auto& credential = credentials_[index];
    codec::RequestHeader header;
    header.xid = codec::auth_xid;
    header.type = codec::Opcode::auth;
    codec::AuthRequest request;
    request.scheme = credential.entry.scheme;
    request.auth.value = credential.entry.credential;
    codec::append_frame(control_, header, request);
    auth_in_flight_.push_back({index, std::move(credential.waiting)});
    credential.waiting.clear();
}

void Session::serve(TimePoint now) {
    restores_in_flight_ = watches_.restore(control_, last_zxid_, config_.limits.set_watches_bytes);
    enter(Phase::serving, TimePoint::max());
    moving_ = false;
    if (read_only_) {
        search_.begin(server_, connect_timeout(), now);
    } else {
        search_.succeeded();
    }
    set_state(read_only_ ? KeeperState::CONNECTED_RO : KeeperState::CONNECTED);
}

void Session::look_further(std::optional<Action> action) {
    if (action) {
        actions_.push_back(std::move(*action));
    }
}

void Session::on_probe(std::uint64_t attempt, std::string_view answer, TimePoint now) {
    if (!search_.awaits(attempt)) {
        return;
    }
    if (answer == "rw" || answer == "rw\n") {
        return move_to(search_.asked(), now);
    }
    look_further(search_.ask_next(++last_attempt_, now));
}

/// As in kazoo and Java this is a lost connection, not a smooth passage: what is under way fails.
void Session::move_to(Endpoint writable, TimePoint now) {
    log(LogLevel::info, "moving to " + to_string(writable) + ", which takes writes");
    leave_connection();
    moving_ = true;
    addresses_ = 1;
    endpoints_.assign(1, std::move(writable));
    next_endpoint(now);
}

}  // namespace kazoo::session
