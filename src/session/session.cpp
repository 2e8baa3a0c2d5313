// SPDX-License-Identifier: Apache-2.0
// The session's public functions, its end in all forms, and its clock. See session_connect.cpp,
// session_input.cpp and session_watches.cpp for the rest.
#include "session/session.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace kazoo::session {
namespace {

/// Returns the outcome of a request that ends without a reply.
Outcome given_up(codec::Opcode op, bool sent) {
    if (!sent) {
        return Outcome::not_sent;
    }
    return codec::is_write(op) ? Outcome::unknown : Outcome::not_applied;
}

/// Capacity of actions_ at first: more rarely wait at once.
constexpr std::size_t few_actions = 4;

/// Before the next attempt to connect when memory has run out.
constexpr milliseconds memory_pause(100);

}  // namespace

Session::Session(Config config, Metrics* metrics)
    : config_(std::move(config)),
      own_metrics_(metrics == nullptr ? std::make_unique<Metrics>() : nullptr),
      metrics_(metrics == nullptr ? *own_metrics_ : *metrics),
      random_(config_.seed + 4),
      hosts_(config_.hosts, config_.randomize_hosts, config_.seed),
      backoff_(config_.connection_retry, config_.seed + 1),
      renewal_(RetryPolicy(config_.connection_retry).max_tries(-1), config_.seed + 2),
      search_(config_.hosts, config_.randomize_hosts, config_.seed + 3),
      requests_(config_.limits, config_.first_xid),
      restoration_(config_.set_watches_bytes),
      credentials_(config_.auth, config_.limits.request_bytes),
      reader_(config_.limits.reply_bytes) {
    identity_.id = served_id_ = config_.session_id;
    identity_.password = config_.password;
    last_zxid_ = config_.last_zxid;
    actions_.reserve(few_actions);
    for (auto& watch : config_.watches) {
        watches_.add(watch.kind, watch.path, watch.owner);
    }
    config_.watches = {};
}

Session::~Session() {
    for (const auto& wait : waiting_) {
        wait.second.owner->abandon();
    }
    Event event;  // those that have not been taken
    while (events_.take({&event, 1}) > 0) {
        if (const auto* const reply = std::get_if<ReplyEvent>(&event)) {
            if (reply->request) {
                reply->request->abandon();
            }
        }
    }
}

void Session::start(TimePoint now) {
    assert(!started_);
    started_ = true;
    enter(Phase::backing_off, now);  // the phase that remains if begin_attempt throws bad_alloc
    keepalive_.established(presumed_timeout(config_), now);
    warn_of_weak_tls();
    begin_attempt(now);
    if (credentials_.refuse_oversized()) {
        fail_authentication("the credentials exceed the maximum request size");
    }
}

std::error_code Session::admit(const RequestSpec& call) const {
    if (const auto refused = refusal(state_)) {
        return refused;
    }
    if (phase_ == Phase::closing) {
        return ClientErrc::connection_closed;
    }
    if (servers_behind_) {
        return ClientErrc::ensemble_behind;
    }
    if (phase_ == Phase::serving && !drain_ends_ &&
        unsupported_.contains(server_, call.op, call.issued)) {
        return Errc::unimplemented;
    }
    if (call.watcher && watches_.size() + requests_.watches() >= config_.limits.watches) {
        return ClientErrc::too_many_watches;
    }
    return {};
}

bool Session::cancel(RequestId id, std::error_code why) {
    auto cancelled = requests_.cancel(id);
    if (!cancelled.request) {
        return false;
    }
    give_up(std::move(cancelled), why);
    finish_if_detached();
    return true;
}

bool Session::withdraw(RequestId id) noexcept {
    if ((id & wait_bit) != 0) {
        return withdraw_refresh(id) || withdraw_wait(id);
    }
    if (!requests_.is_unsent(id)) {
        return false;
    }
    if (requests_.cancel(id).request) {
        events_.break_promise();
    }
    finish_if_detached();
    return true;
}

void Session::give_up(RequestQueue::GivenUp request, std::error_code error) noexcept {
    ReplyEvent event;
    event.request = std::move(request.request);
    if (request.watch) {
        event.watcher = request.watch->take_watcher();
    }
    event.error = error;
    event.outcome = given_up(request.op, request.sent);
    events_.push_promised(std::move(event));
}

std::error_code Session::add_auth(SecretAuthData entry, RequestOwner owner) {
    if (!credentials_.fits(entry)) {
        return ClientErrc::request_too_large;
    }
    if (credentials_.held() >= config_.limits.requests) {
        return ClientErrc::queue_full;
    }
    if (const auto refused = refusal(state_)) {
        return refused;
    }
    if (phase_ == Phase::closing) {
        return ClientErrc::connection_closed;
    }
    ReplyRoom room(events_, true);
    const bool connected = phase_ == Phase::serving || phase_ == Phase::authenticating;
    credentials_.add(std::move(entry), std::move(owner), connected ? &control_ : nullptr);
    room.keep();
    return {};
}

void Session::forget_auth() noexcept {
    credentials_.forget();
}

void Session::close(TimePoint now) noexcept {
    if (phase_ == Phase::closing) {
        return;
    }
    if (phase_ != Phase::serving) {
        return finish(KeeperState::CLOSED, Errc::connection_loss);
    }
    try {
        requests_.push_close();
    } catch (const std::bad_alloc&) {
        return finish(KeeperState::CLOSED, ClientErrc::out_of_memory);
    }
    search_.stop();
    drain_ends_.reset();
    lease_.ended();
    enter(Phase::closing, later(now, config_.close_timeout));
}

void Session::set_state(KeeperState state, StateReason reason) noexcept {
    if (state == state_) {
        return;
    }
    assert(is_transition(state_, state));
    state_ = state;
    events_.push(StateEvent{state, reason});
}

void Session::log_request(codec::Opcode op) noexcept {
    log_if_wanted(LogLevel::trace, [op] { return "request: " + std::string(name(op)); });
}

void Session::log_reply(
    codec::Opcode op, const codec::ReplyHeader& header, std::size_t bytes
) noexcept {
    log_if_wanted(LogLevel::trace, [&] {
        return "reply to " + std::string(name(op)) + ": xid " + std::to_string(header.xid) +
               ", zxid " + std::to_string(header.zxid) + ", error " + std::to_string(header.err) +
               ", " + std::to_string(bytes) + " bytes";
    });
}

void Session::log(LogLevel level, std::string text) noexcept {
    try {
        events_.reserve(1);
        events_.push(LogEvent{level, std::move(text)});
    } catch (const std::bad_alloc&) {
        return;
    }
}

/// Ends the connection as far as the transport is concerned; the caller sees to requests and state.
void Session::disconnect() noexcept {
    attempt_ = ++last_attempt_;  // later results of the old attempt are ignored
    // Lookups and questions go on without a connection; all other actions are superseded.
    std::erase_if(actions_, [](const Action& action) {
        return !std::holds_alternative<ResolveAction>(action) &&
               !std::holds_alternative<AskHostsAction>(action);
    });
    if (actions_.size() == actions_.capacity()) {
        if (std::holds_alternative<AskHostsAction>(actions_.back())) {
            forget_question();  // asked again before the next round
        }
        actions_.pop_back();  // a lookup that is not requested counts as late
    }
    actions_.emplace_back(DisconnectAction{});
    search_.stop();
    drain_ends_.reset();
    ping_sent_.reset();
    round_trip_.reset();
    lease_.disconnected();
    control_.clear();
    sasl_.end();
    credentials_.disconnected();
    restoration_.abandon();
}

void Session::leave_connection() noexcept {
    disconnect();
    requests_.lose_connection([this](RequestQueue::GivenUp lost) {
        // A removal that was not sent does nothing: requests before it may stay, and set a watch.
        const auto watching = lost.sent ? Watching::goes_on : Watching::ends;
        fail_request(std::move(lost), Errc::connection_loss, watching);
    });
    end_refused();
    set_state(KeeperState::CONNECTING);
}

void Session::lose_connection(std::string_view why, LossReason reason, TimePoint now) {
    log(LogLevel::warning,
        "connection to " + server_name(host_, server_.address) + " lost: " + std::string(why));
    attempts_.record(host_, server_.address, "connection lost: " + std::string(why), now);
    const bool restoring = restoration_.under_way();
    const auto deadly = restoration_.dropped();
    metrics_.note_loss(reason);
    leave_connection();
    if (deadly) {
        log(LogLevel::error,
            "servers repeatedly close the connection when one watch is restored; the watch is "
            "dropped");
        lose_watches(*deadly);
    } else if (restoring) {
        log(LogLevel::warning,
            "the connection was lost while watches were being restored; they will be sent in "
            "smaller parts");
    }
    // A server that closes after the handshake must not reset the pauses: this counts as a failed
    // attempt.
    if (!answered_since_handshake_) {
        return next_endpoint(now);
    }
    forget_failures();
    begin_round();
    begin_attempt(now);
}

/// The next attempts begin with the shortest pauses and limits.
void Session::forget_failures() noexcept {
    backoff_.reset();
    renewal_.reset();
    failing_since_.reset();
    limit_.reset();
}

void Session::expire(std::string_view why, StateReason reason, TimePoint now) {
    const auto text = "session expired: " + std::string(why);
    log(LogLevel::warning, text);
    attempts_.record(host_, server_.address, text, now);
    metrics_.session.sessions_expired += identity_.id != 0 ? 1 : 0;
    disconnect();
    set_state(KeeperState::EXPIRED_SESSION, reason);
    fail_requests(Errc::session_expired, Watching::ends);
    drop_watches();
    lease_.ended();
    identity_ = {};
    if (!servers_behind_) {  // else reset_zxid() decides
        last_zxid_ = 0;      // a server that is behind would never accept a new session
    }
    begin_round();
    // Does not count as a failed try of connection_retry. But there is a pause that grows, or
    // servers that answer each connection with another session would cause a busy loop.
    enter(Phase::backing_off, later(now, renewal_.next().value_or(milliseconds(0))));
}

void Session::finish(KeeperState state, std::error_code pending_error) noexcept {
    if (phase_ != Phase::idle) {
        disconnect();
        enter(Phase::idle, TimePoint::max());
    }
    set_state(state, detaching_ ? StateReason::detached : StateReason::none);
    fail_requests(pending_error, detaching_ ? Watching::goes_on : Watching::ends);
    while (!waiting_.empty()) {
        end_wait(waiting_.begin(), pending_error);
    }
    end_refreshes(pending_error);
    fail_credentials(pending_error);
    keep_handover();
    drop_watches();
    lease_.ended();
    identity_ = {};
}

void Session::fail_requests(std::error_code error, Watching watching) noexcept {
    while (auto lost = requests_.take_oldest()) {
        fail_request(std::move(*lost), error, watching);
    }
}

/// Watches that were to be removed are gone with the connection. They are removed here, so that the
/// next connection does not restore them, and the request has succeeded.
void Session::fail_request(
    RequestQueue::GivenUp lost, std::error_code error, Watching watching
) noexcept {
    if (lost.id == refused_ && lost.request) {
        return refuse(std::move(lost));
    }
    const bool removed = lost.watch && lost.watch->removes() != 0 && watching == Watching::goes_on;
    if (removed) {
        watches_.remove(*lost.watch);
    }
    if (lost.request) {
        give_up(std::move(lost), removed ? std::error_code() : error);
    }
}

void Session::fail_credentials(std::error_code error) noexcept {
    credentials_.end([&](RequestOwner owner) {
        give_up({std::move(owner), nullptr, codec::Opcode::auth, true}, error);
    });
}

void Session::expire_deadlines(TimePoint now) noexcept {
    while (const auto id = requests_.expired(now)) {
        give_up(requests_.cancel(*id), Errc::operation_timeout);
    }
}

void Session::out_of_memory(std::uint64_t attempt, TimePoint now) noexcept {
    if (attempt == attempt_) {
        out_of_memory(now);
    }
}

/// Allocates nothing: actions_ and events_ have the room that this needs.
void Session::out_of_memory(TimePoint now) noexcept {
    switch (phase_) {
        case Phase::idle:
            return;
        case Phase::closing:
            return finish(KeeperState::CLOSED, ClientErrc::out_of_memory);
        case Phase::serving:
            metrics_.note_loss(LossReason::out_of_memory);
            disconnect();
            fail_requests(ClientErrc::out_of_memory, Watching::goes_on);
            break;
        default:
            disconnect();
    }
    set_state(KeeperState::CONNECTING);
    switching_to_writable_ = moving_ = false;
    endpoints_.clear();
    begin_round();
    enter(Phase::backing_off, later(now, memory_pause));
}

void Session::on_timeout(TimePoint now) {
    expire_deadlines(now);
    check_phase(now);
}

/// The order matters while serving: a dead connection is detected before a ping is sent on it.
void Session::check_phase(TimePoint now) {
    switch (phase_) {
        case Phase::idle:
            return;
        case Phase::serving:
        case Phase::closing:
            keepalive_.clock_has_turn(now);
            if (keepalive_.connection_dead(now)) {
                return on_closed(attempt_, std::make_error_code(std::errc::timed_out), now);
            }
            if (phase_ == Phase::closing && now >= phase_deadline_) {
                log(LogLevel::warning,
                    detaching_ ? "the server did not answer the last requests in time"
                               : "the server did not reply to the close request in time");
                return finish(KeeperState::CLOSED, Errc::connection_loss);
            }
            if (drain_ends_ && now >= *drain_ends_ && phase_ == Phase::serving) {
                return leave_if_drained(now);
            }
            if (now >= search_.deadline()) {
                look_further(search_.on_timeout(++last_attempt_, now), now);
            }
            if (keepalive_.take_ping(now)) {
                codec::RequestHeader ping;
                ping.xid = codec::ping_xid;
                ping.type = codec::Opcode::ping;
                codec::append_frame(control_, ping);
                ping_sent_ = now;
                round_trip_.reset();
                log_if_wanted(LogLevel::debug, [] { return std::string("ping sent"); });
            }
            pace_lease(now);
            return finish_if_detached();
        default:
            if (identity_.id != 0 && keepalive_.session_over(now)) {
                return expire(
                    "no contact with any server for 4/3 of the session timeout",
                    servers_behind_ ? StateReason::ensemble_behind : StateReason::none,
                    now
                );
            }
            if (drain_ends_ && now >= *drain_ends_) {
                return leave_if_drained(now);
            }
            if (now >= phase_deadline_) {
                phase_timeout(now);
            }
    }
}

std::optional<Action> Session::next_action() noexcept {
    if (actions_.empty()) {
        return std::nullopt;
    }
    std::optional<Action> action(std::move(actions_.front()));
    actions_.erase(actions_.begin());
    return action;
}

bool Session::take_output(base::Buffer& out) {
    const auto before = out.size();
    // Control frames first: handshake, SASL and credentials precede all requests. Taken into an
    // empty buffer by swapping, which cannot fail.
    if (!control_.empty()) {
        if (out.empty()) {
            out.swap(control_);
        } else {
            if (control_.secret()) {
                out.mark_secret();
            }
            out.append(control_.data(), control_.size());
        }
        control_.clear();
        control_.release_if_larger_than(config_.set_watches_bytes);
    }
    // Requests of a detached session wait as well: their replies advance the zxid from which the
    // next client restores the watches.
    const bool restored = !restoration_.waiting();
    const bool open = (phase_ == Phase::serving && restored && !drain_ends_) ||
                      (phase_ == Phase::closing && (restored || !detaching_));
    if (open && requests_.has_unsent()) {
        requests_.send(out);
    }
    metrics_.session.bytes_sent += out.size() - before;
    return out.size() > before;
}

TimePoint Session::next_deadline() const {
    const auto requests = requests_.next_deadline();
    switch (phase_) {
        case Phase::idle:
            return requests;
        case Phase::serving:
            return std::min(
                {requests,
                 keepalive_.next_deadline(),
                 drain_ends_ ? TimePoint::max() : lease_.next_sync(),
                 search_.deadline(),
                 drain_ends_.value_or(TimePoint::max())}
            );
        case Phase::closing:
            return std::min({requests, keepalive_.next_deadline(), phase_deadline_});
        default:
            return std::min(
                {requests,
                 phase_deadline_,
                 drain_ends_.value_or(TimePoint::max()),
                 identity_.id != 0 ? keepalive_.session_ends() : TimePoint::max()}
            );
    }
}

}  // namespace kazoo::session
