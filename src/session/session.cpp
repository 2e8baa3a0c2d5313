#include "session/session.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace kazoo::session {
namespace {

/// What giving up on a request means for the data.
Outcome given_up(codec::Opcode op, bool sent) {
    if (!sent) {
        return Outcome::not_sent;
    }
    return codec::is_write(op) ? Outcome::unknown : Outcome::not_applied;
}

constexpr int restore_attempts = 3;

}  // namespace

Session::Session(Config config)
    : config_(std::move(config)),
      hosts_(config_.hosts, config_.randomize_hosts, config_.seed),
      backoff_(config_.connection_retry, config_.seed + 1),
      renewal_(RetryPolicy(config_.connection_retry).max_tries(-1), config_.seed + 2),
      search_(config_.hosts, config_.randomize_hosts, config_.seed + 3),
      requests_(config_.limits, config_.first_xid),
      reader_(config_.limits.reply_bytes) {
    identity_.id = config_.session_id;
    identity_.password = config_.password;
    for (auto& entry : config_.auth) {
        credentials_.push_back({entry, {}});
    }
}

void Session::start(TimePoint now) {
    assert(!started_);
    started_ = true;
    keepalive_.established(requested_timeout(config_), now);
    begin_attempt(now);
    for (const auto& credential : credentials_) {
        if (!fits(credential.entry)) {
            return fail_authentication("credentials are larger than a request may be");
        }
    }
}

std::error_code Session::admit(const Call& call) const {
    if (const auto refused = refusal(state_)) {
        return refused;
    }
    if (phase_ == Phase::closing) {
        return ClientErrc::connection_closed;
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
    ReplyEvent event;
    event.request = std::move(cancelled.request);
    event.error = why;
    event.outcome = given_up(cancelled.op, cancelled.sent);
    events_.emplace_back(std::move(event));
    return true;
}

/// Servers drop the connection over a frame that is too large, on every connection anew.
bool Session::fits(const AuthEntry& entry) const {
    constexpr std::size_t header_type_and_two_lengths = 20;
    return entry.scheme.size() + entry.credential.size() + header_type_and_two_lengths <=
           config_.limits.request_bytes;
}

std::size_t Session::credentials_held() const {
    auto sum = credentials_.size();
    for (const auto& credential : credentials_) {
        sum += credential.waiting.size();
    }
    for (const auto& in_flight : auth_in_flight_) {
        sum += in_flight.owners.size();
    }
    return sum;
}

std::error_code Session::add_auth(AuthEntry entry, Owner owner) {
    if (!fits(entry)) {
        return ClientErrc::request_too_large;
    }
    if (credentials_held() >= config_.limits.requests) {
        return ClientErrc::queue_full;
    }
    auto at = std::find_if(credentials_.begin(), credentials_.end(), [&](const Credential& known) {
        return known.entry == entry;
    });
    if (at == credentials_.end()) {
        at = credentials_.insert(at, Credential{std::move(entry), {}});
    }
    if (const auto refused = refusal(state_)) {
        return refused;
    }
    if (phase_ == Phase::closing) {
        return ClientErrc::connection_closed;
    }
    at->waiting.push_back(std::move(owner));
    if (phase_ == Phase::serving || phase_ == Phase::authenticating) {
        send_credential(static_cast<std::size_t>(at - credentials_.begin()));
    }
    return {};
}

void Session::set_hosts(std::vector<HostPort> hosts, bool randomize) {
    search_.set_hosts(hosts, randomize);
    hosts_.set_hosts(std::move(hosts), randomize);
    look_ups_.end_turns();
    if (phase_ == Phase::resolving) {
        phase_deadline_ = turn_began_;  // that name is not waited for any more
    }
}

void Session::close(TimePoint now) {
    if (phase_ == Phase::serving) {
        search_.stop();
        requests_.push_close();
        enter(Phase::closing, later(now, config_.close_timeout));
    } else if (phase_ != Phase::closing) {
        finish(KeeperState::CLOSED, Errc::connection_loss);
    }
}

void Session::set_state(KeeperState state) {
    if (state == state_) {
        return;
    }
    assert(is_transition(state_, state));
    state_ = state;
    events_.emplace_back(StateEvent{state});
}

void Session::log(LogLevel level, std::string text) {
    events_.emplace_back(LogEvent{level, std::move(text)});
}

void Session::disconnect() {
    attempt_ = ++last_attempt_;  // whatever still arrives from the old one is not ours any more
    actions_.emplace_back(DisconnectAction{});
    search_.stop();
    control_.clear();
    for (auto& in_flight : auth_in_flight_) {
        auto& waiting = credentials_[in_flight.credential].waiting;
        std::move(in_flight.owners.begin(), in_flight.owners.end(), std::back_inserter(waiting));
    }
    auth_in_flight_.clear();
    restores_in_flight_ = 0;
}

void Session::leave_connection() {
    disconnect();
    fail_requests(Errc::connection_loss);
    set_state(KeeperState::CONNECTING);
}

void Session::lose_connection(std::string_view why, TimePoint now) {
    log(LogLevel::warning,
        "connection to " + server_name(host_, server_.address) + " lost: " + std::string(why));
    const bool restoring = restores_in_flight_ > 0;
    leave_connection();
    if (restoring && ++restore_failures_ >= restore_attempts) {
        log(LogLevel::error,
            "servers drop the connection over restored watches; they are given up");
        drop_watches();
        restore_failures_ = 0;
    }
    if (!proven_) {
        return next_endpoint(now);  // no better than an attempt that failed
    }
    backoff_.reset();
    renewal_.reset();
    failing_since_.reset();
    limit_.reset();
    begin_round();
    begin_attempt(now);
}

void Session::expire(std::string_view why, TimePoint now) {
    log(LogLevel::warning, "session expired: " + std::string(why));
    disconnect();
    set_state(KeeperState::EXPIRED_SESSION);
    fail_requests(Errc::session_expired);
    drop_watches();
    identity_ = {};
    last_zxid_ = 0;  // a server that is behind would refuse a new session for ever
    restore_failures_ = 0;
    begin_round();
    // Not a failed try of connection_retry: a server has spoken, or the tries go on. But it must
    // not become a loop without pause, with servers that give every connection another session.
    enter(Phase::backing_off, later(now, renewal_.next().value_or(milliseconds(0))));
}

void Session::fail_authentication(std::string_view why) {
    log(LogLevel::error, std::string(why));
    finish(KeeperState::AUTH_FAILED, Errc::auth_failed);
}

void Session::finish(KeeperState state, std::error_code pending_error) {
    if (phase_ != Phase::idle) {
        disconnect();
        enter(Phase::idle, TimePoint::max());
    }
    set_state(state);
    fail_requests(pending_error);
    fail_credentials(pending_error);
    drop_watches();
    identity_ = {};
}

void Session::fail_requests(std::error_code error) {
    for (auto& [pending, sent] : requests_.take_all()) {
        if (!pending.request) {
            continue;
        }
        ReplyEvent event;
        event.request = std::move(pending.request);
        event.error = error;
        event.outcome = given_up(pending.op, sent);
        events_.emplace_back(std::move(event));
    }
}

void Session::fail_credentials(std::error_code error) {
    for (auto& credential : credentials_) {
        for (auto& owner : credential.waiting) {
            ReplyEvent event;
            event.request = std::move(owner);
            event.error = error;
            event.outcome = Outcome::not_applied;
            events_.emplace_back(std::move(event));
        }
        credential.waiting.clear();
    }
}

void Session::drop_watches() {
    auto told = watches_.take_all();
    if (!told.empty()) {
        events_.emplace_back(WatchEvent{WatchedEvent(EventType::NONE, state_), std::move(told)});
    }
}

void Session::expire_deadlines(TimePoint now) {
    for (const auto id : requests_.expired(now)) {
        cancel(id, Errc::operation_timeout);
    }
}

void Session::on_timeout(TimePoint now) {
    expire_deadlines(now);
    switch (phase_) {
        case Phase::idle:
            return;
        case Phase::serving:
        case Phase::closing:
            if (keepalive_.connection_dead(now)) {
                return on_closed(attempt_, std::make_error_code(std::errc::timed_out), now);
            }
            if (phase_ == Phase::closing && now >= phase_deadline_) {
                log(LogLevel::warning, "the server did not answer the close in time");
                return finish(KeeperState::CLOSED, Errc::connection_loss);
            }
            if (now >= search_.deadline()) {
                look_further(search_.on_timeout(++last_attempt_, now), now);
            }
            if (keepalive_.take_ping(now)) {
                codec::RequestHeader ping;
                ping.xid = codec::ping_xid;
                ping.type = codec::Opcode::ping;
                codec::append_frame(control_, ping);
            }
            return;
        default:
            if (identity_.id != 0 && keepalive_.session_over(now)) {
                return expire("no contact with any server for 4/3 of the session timeout", now);
            }
            if (now >= phase_deadline_) {
                phase_timeout(now);
            }
    }
}

std::optional<Action> Session::next_action() {
    if (actions_.empty()) {
        return std::nullopt;
    }
    std::optional<Action> action(std::move(actions_.front()));
    actions_.pop_front();
    return action;
}

bool Session::take_output(base::Buffer& out) {
    const auto before = out.size();
    if (!control_.empty()) {
        out.append(control_.data(), control_.size());
        control_.clear();
        control_.release_if_larger_than(config_.limits.set_watches_bytes);
    }
    if ((phase_ == Phase::serving || phase_ == Phase::closing) && requests_.has_unsent()) {
        requests_.send_all(out);
    }
    return out.size() > before;
}

void Session::take_events(std::vector<Event>& into) {
    if (into.empty()) {
        into.swap(events_);
        return;
    }
    std::move(events_.begin(), events_.end(), std::back_inserter(into));
    events_.clear();
}

TimePoint Session::next_deadline() const {
    const auto requests = requests_.next_deadline();
    switch (phase_) {
        case Phase::idle:
            return requests;
        case Phase::serving:
            return std::min({requests, keepalive_.next_deadline(), search_.deadline()});
        case Phase::closing:
            return std::min({requests, keepalive_.next_deadline(), phase_deadline_});
        default:
            return std::min(
                {requests,
                 phase_deadline_,
                 identity_.id != 0 ? keepalive_.session_ends() : TimePoint::max()}
            );
    }
}

}  // namespace kazoo::session
