// SPDX-License-Identifier: Apache-2.0
// How the session gets a connection: hosts in rounds, their addresses, handshake, credentials, and
// the search for a writable server. See session_sasl.cpp for SASL.
#include "session/session.hpp"

#include <algorithm>

namespace kazoo::session {

void Session::enter(Phase phase, TimePoint deadline) {
    phase_ = phase;
    phase_deadline_ = deadline;
}

bool Session::uses_tls(const HostPort& host) const noexcept {
    return config_.tls || host.scheme == HostScheme::tls;
}

void Session::warn_of_weak_tls() noexcept {
    if (config_.tls == VerifyMode::none) {
        log_if_wanted(LogLevel::warning, [] {
            return std::string(
                "TLS: the certificates of servers are not checked (TlsOptions::"
                "verify is VerifyMode::none): whoever can redirect connections can "
                "read and change all data"
            );
        });
    } else if (config_.tls == VerifyMode::chain) {
        log_if_wanted(LogLevel::warning, [] {
            return std::string(
                "TLS: the names in the certificates of servers are not checked "
                "(TlsOptions::verify is VerifyMode::chain): whoever has a certificate "
                "of a trusted authority can pose as a server"
            );
        });
    }
}

/// Returns the limit for connecting to one address, with the handshake. What is left of the session
/// is counted by the servers' clock, which ends earlier than Keepalive::session_ends().
milliseconds Session::connect_timeout(TimePoint now) const {
    if (config_.connect_timeout.count() > 0) {
        return config_.connect_timeout;
    }
    const auto other_hosts = std::max<std::size_t>(hosts_.size(), 1) - 1;
    AttemptLimit::Situation situation;
    situation.timeout = keepalive_.timeout();
    situation.known = other_hosts + addresses_;
    situation.to_try = 1 + endpoints_.size() + std::min(hosts_.to_try(), other_hosts);
    if (identity_.id != 0) {
        situation.left = std::chrono::duration_cast<milliseconds>(
            std::max(keepalive_.servers_keep_until(), now) - now
        );
    }
    return limit_.of(situation);
}

/// If the action cannot be queued, its question is removed again: it would never be answered.
void Session::resolve(ResolveAction action) {
    const auto attempt = action.attempt;
    try {
        actions_.emplace_back(std::move(action));
    } catch (...) {
        static_cast<void>(lookups_.answered(attempt));
        throw;
    }
}

/// The next attempt begins a new round of hosts.
void Session::begin_round() noexcept {
    hosts_.begin_round();
    lookups_.end_turns();
    behind_check_.begin_round();
    tried_ = silent_ = in_pause_ = false;
}

void Session::begin_attempt(TimePoint now) {
    set_state(KeeperState::CONNECTING);
    endpoints_.clear();
    addresses_ = 1;
    if (config_.asks_for_hosts && hosts_.round_over()) {
        return ask_for_hosts(now);
    }
    try_next_host(now);
}

void Session::try_next_host(TimePoint now) {
    if (hosts_.size() == 0) {
        log(LogLevel::error, "there are no hosts to connect to");
        return back_off(now);
    }
    host_ = hosts_.next();
    turn_began_ = now;
    if (auto answer = lookups_.take(host_, now)) {
        return try_addresses(std::move(*answer), now);
    }
    const auto number = ++last_attempt_;
    ResolveAction action{number, host_};
    if (lookups_.ask(host_, number, now)) {
        resolve(std::move(action));
    }
    // The patience counts from the first request of the lookup, so that a host that was passed
    // over before is not waited for again.
    enter(Phase::resolving, std::max(lookups_.patience_ends(host_, connect_timeout(now)), now));
}

void Session::on_resolved(
    std::uint64_t attempt, std::error_code error, std::vector<Endpoint> endpoints, TimePoint now
) {
    auto question = lookups_.answered(attempt);
    if (!question || phase_ == Phase::idle) {
        return;
    }
    for (auto& endpoint : endpoints) {
        endpoint.name = question->host.host;
        endpoint.tls = uses_tls(question->host);
    }
    if (search_.awaits(question->search)) {
        look_further(search_.on_resolved(endpoints, ++last_attempt_, now), now);
        if (!question->in_turn) {
            return;
        }
    }
    if (error || endpoints.empty()) {
        if (question->in_turn) {
            name_failed(question->host, error, now);
        }
        return;
    }
    Lookups::Answer answer{std::move(question->host), std::move(endpoints)};
    if (question->in_turn && (phase_ == Phase::resolving || phase_ == Phase::backing_off)) {
        if (phase_ == Phase::backing_off) {
            in_pause_ = true;
            pause_ends_ = phase_deadline_;
        }
        return try_addresses(std::move(answer), now);
    }
    lookups_.keep(std::move(answer), question->in_turn, now);
}

/// A lookup has failed for which the host's turn waited; it may have been passed over since.
void Session::name_failed(const HostPort& host, std::error_code error, TimePoint now) {
    const auto reason = error ? error.message() : std::string("no addresses found");
    note_failure(host, {}, "the name does not resolve: " + reason, now);
    tried_ = tried_ || phase_ != Phase::backing_off;
    if (phase_ == Phase::resolving && (host == host_ || !lookups_.any_in_turn())) {
        host_failed(now);
    }
}

void Session::try_addresses(Lookups::Answer answer, TimePoint now) {
    host_ = std::move(answer.host);
    endpoints_ = std::move(answer.endpoints);
    hosts_.arrange(endpoints_);
    std::reverse(endpoints_.begin(), endpoints_.end());  // they are taken from the back
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
    enter(Phase::connecting, later(now, connect_timeout(now)));
    actions_.emplace_back(ConnectAction{attempt_, server_});
    log_if_wanted(LogLevel::debug, [this] {
        return "connecting to " + server_name(host_, server_.address);
    });
}

/// All addresses of host_ have failed, or its name has. Continues with, in this order: a late
/// answer of a lookup, the pause that such an answer has interrupted, the next host, waiting for
/// names, a pause.
void Session::host_failed(TimePoint now) {
    if (std::exchange(switching_to_writable_, false)) {
        begin_round();  // a failed move does not count as a try of connection_retry
        return begin_attempt(now);
    }
    if (auto answer = lookups_.take_in_turn(now)) {
        return try_addresses(std::move(*answer), now);
    }
    if (std::exchange(in_pause_, false)) {
        return enter(Phase::backing_off, pause_ends_);
    }
    if (!hosts_.round_over()) {
        return begin_attempt(now);
    }
    if (lookups_.any_in_turn()) {
        return name_is_late(now);
    }
    round_failed(now);
}

/// All hosts of the round have been tried, except those whose names are still being looked up.
void Session::name_is_late(TimePoint now) {
    // A late answer could be used in the pause. But if nothing has been tried, or if
    // connection_retry counts the tries, the round is not over without it, and is waited for.
    const bool patient = !tried_ || config_.connection_retry.max_tries() > 0;
    auto until = later(turn_began_, Lookups::longest);
    if (const auto limit = config_.connection_retry.deadline()) {
        until = std::min(until, later(failing_since_.value_or(turn_began_), *limit));
    }
    if (patient && now < until) {
        return enter(Phase::resolving, until);
    }
    failing_since_ = failing_since_.value_or(turn_began_);
    round_failed(now);
}

void Session::back_off(TimePoint now) {
    if (!failing_since_) {
        failing_since_ = now;
    }
    if (silent_) {
        limit_.grow();
    }
    tried_ = silent_ = in_pause_ = false;
    const auto pause = backoff_.next();
    const auto limit = config_.connection_retry.deadline();
    if (!pause || (limit && later(now, *pause) > later(*failing_since_, *limit))) {
        log(LogLevel::error,
            "no server could be reached and connection_retry allows no more tries");
        return finish(KeeperState::CLOSED, Errc::connection_loss);
    }
    enter(Phase::backing_off, later(now, *pause));
}

/// Records a failure for users who ask why there is no connection, and logs it: as a warning if it
/// is new, otherwise at debug level.
void Session::note_failure(
    const HostPort& host, std::string_view address, std::string why, TimePoint now
) {
    auto text = "no connection to " + server_name(host, address) + ": " + why;
    ++metrics_.session.failed_attempts;
    behind_check_.failed();
    const bool news = attempts_.note(host, address, std::move(why), now);
    log(news ? LogLevel::warning : LogLevel::debug, std::move(text));
}

void Session::attempt_failed(std::string why, TimePoint now) {
    note_failure(host_, server_.address, std::move(why), now);
    tried_ = true;
    disconnect();
    next_endpoint(now);
}

void Session::phase_timeout(TimePoint now) {
    switch (phase_) {
        case Phase::backing_off:
            return begin_attempt(now);
        case Phase::asking_hosts:
            provider_failed("no answer yet; it is waited for in the background", now);
            return go_on_without_answer(now);
        case Phase::resolving:
            if (!lookups_.any_in_turn()) {
                return begin_attempt(now);  // set_hosts() has ended the wait
            }
            note_failure(host_, {}, "the name lookup is slow and continues in the background", now);
            return host_failed(now);  // the lookup goes on
        case Phase::asking_zxid:
            disconnect();
            return on_zxid_answer({}, now);
        default:
            return too_slow(now);
    }
}

void Session::too_slow(TimePoint now) {
    silent_ = true;
    hosts_.put_last(host_, server_, HostList::Failure::silent);
    switch (phase_) {
        case Phase::connecting:
            return attempt_failed(
                server_.tls
                    ? "timed out: the connection was not accepted, or the TLS handshake was "
                      "not answered"
                    : "timed out: the connection was not accepted",
                now
            );
        case Phase::handshaking:
            behind_check_.answered();
            return attempt_failed(
                "timed out: the connection was accepted, but the server did not reply", now
            );
        case Phase::exchanging_sasl:
            return attempt_failed(
                sasl_.awaits_mechanism() ? sasl_.name() + ": timed out waiting for the mechanism"
                                         : sasl_.name() + ": timed out waiting for the server",
                now
            );
        default:
            return attempt_failed("timed out waiting for the reply to the credentials", now);
    }
}

/// Lists the possible reasons: a server that closes the connection instead of answering sends none.
std::string Session::why_closed_in_handshake(std::error_code error) const {
    if (servers_behind_) {
        return behind_text();
    }
    std::string text = "the server closed the connection instead of answering (" + error.message() +
                       "); possible reasons: it is not serving yet, has too many connections";
    if (last_zxid_ > 0) {
        text += ", is behind this client's last zxid";
    }
    return text +
           (server_.tls ? ", refuses the client's certificate or its absence" : ", expects TLS") +
           ", or is not a ZooKeeper server";
}

void Session::on_connected(std::uint64_t attempt, TimePoint now) {
    if (attempt != attempt_ || phase_ != Phase::connecting) {
        return;
    }
    reader_.reset();
    reader_.expect_secret();  // the password of the session
    first_bytes_ = 0;
    first_byte_count_ = 0;
    answered_since_handshake_ = false;
    lasting_types_refused_ = false;
    enter(Phase::handshaking, phase_deadline_);  // one deadline for connecting and handshake
    lease_.asked(now);
    // A session local to a read-only server cannot be resumed elsewhere: a new one is requested.
    write_connect_request(
        control_, identity_.local_to_read_only ? Identity{} : identity_, last_zxid_, config_
    );
}

void Session::on_closed(
    std::uint64_t attempt, std::error_code error, TimePoint now, std::string_view why
) {
    if (attempt != attempt_) {
        return;
    }
    const auto reason = [&] { return why.empty() ? error.message() : std::string(why); };
    switch (phase_) {
        case Phase::handshaking:
            if (!why.empty()) {  // refused by TLS: in TLS 1.3 servers do so after the handshake
                return attempt_failed(reason(), now);
            }
            if (last_zxid_ > 0) {
                behind_check_.refused(host_, server_);
            }
            return attempt_failed(why_closed_in_handshake(error), now);
        case Phase::exchanging_sasl:
            return attempt_failed(
                sasl_.name() + ": the connection was lost during the exchange: " + error.message(),
                now
            );
        case Phase::connecting:
        case Phase::authenticating:
            return attempt_failed(reason(), now);
        case Phase::serving:
            hosts_.put_last(
                host_,
                server_,
                error == std::errc::timed_out ? HostList::Failure::silent
                                              : HostList::Failure::closed
            );
            if (loss_reason(error) == LossReason::closed) {
                suspect_oldest_request(now);
            }
            return lose_connection(reason(), loss_reason(error), now);
        case Phase::closing:  // some servers close instead of answering
            return finish(KeeperState::CLOSED, Errc::connection_loss);
        default:
            return;
    }
}

void Session::on_connect_response(std::span<const std::byte> frame, TimePoint now) {
    const auto wanted = identity_.local_to_read_only ? Identity{} : identity_;
    auto answer = read_connect_response(frame, wanted);
    if (answer.kind == ConnectResult::Kind::refused) {
        return attempt_failed(answer.reason, now);
    }
    if (answer.kind == ConnectResult::Kind::expired) {
        servers_behind_ = false;  // this one is not
        return expire(answer.reason, StateReason::none, now);
    }
    if (answer.read_only && !config_.read_only) {
        return attempt_failed("the server is read-only", now);
    }
    identity_ = std::move(answer.identity);
    read_only_ = answer.read_only;
    keepalive_.established(answer.timeout, now);
    note_accepted();
    config_.sasl ? begin_sasl(now) : present_credentials(now);
}

void Session::present_credentials(TimePoint now) {
    enter(Phase::authenticating, later(now, connect_timeout(now)));
    credentials_.present(control_);
    if (!credentials_.awaits_answer()) {
        serve(now);
    }
}

/// Watches are restored before any queued request is sent: control_ goes first. Requests made
/// because of the WatchGap therefore follow them.
void Session::serve(TimePoint now) {
    give_up_unsupported(now);
    restoration_.begin(watches_, last_zxid_, control_);
    enter(Phase::serving, TimePoint::max());
    switching_to_writable_ = in_pause_ = moving_ = servers_behind_ = false;
    behind_check_.reset();
    note_served();
    attempts_.clear();
    attempts_.record(
        host_, server_.address, read_only_ ? "connected (read-only)" : "connected", now
    );
    if (read_only_) {
        search_.begin(server_, connect_timeout(now), now);
    } else {
        search_.succeeded();
    }
    set_state(read_only_ ? KeeperState::CONNECTED_RO : KeeperState::CONNECTED);
    if (watches_.has_lasting()) {
        events_.push(WatchGap{});
    }
}

void Session::note_served() noexcept {
    auto& counters = metrics_.session;
    ++counters.connections;
    ++(identity_.id == served_id_ ? counters.reconnects : counters.sessions_established);
    served_id_ = identity_.id;
}

void Session::look_further(std::optional<Action> action, TimePoint now) {
    if (!action) {
        return;
    }
    auto* const question = std::get_if<ResolveAction>(&*action);
    if (question == nullptr) {
        actions_.push_back(std::move(*action));
    } else if (lookups_.ask_for_search(question->host, question->attempt, now)) {
        resolve(std::move(*question));
    }  // else the lookup is under way already
}

void Session::on_probe(std::uint64_t attempt, std::string_view answer, TimePoint now) {
    if (phase_ == Phase::asking_zxid && attempt == attempt_) {
        return on_zxid_answer(answer, now);
    }
    if (!search_.awaits(attempt)) {
        return;
    }
    if (answer == "rw" || answer == "rw\n") {
        return move_to(search_.host(), search_.asked(), now);
    }
    look_further(search_.ask_next(++last_attempt_, now), now);
}

/// As in kazoo and the Java client, requests under way fail as if the connection were lost.
void Session::move_to(HostPort host, Endpoint writable, TimePoint now) {
    log(LogLevel::info,
        "moving to " + server_name(host, writable.address) + ", which accepts writes");
    metrics_.note_loss(LossReason::moved);
    attempts_.record(host_, server_.address, "left for a server that accepts writes", now);
    leave_connection();
    switching_to_writable_ = true;
    addresses_ = 1;
    host_ = std::move(host);
    endpoints_.assign(1, std::move(writable));
    next_endpoint(now);
}

bool Session::drop_connection(TimePoint now) {
    if (phase_ != Phase::serving) {
        return false;
    }
    on_closed(attempt_, std::make_error_code(std::errc::connection_aborted), now);
    return true;
}

}  // namespace kazoo::session
