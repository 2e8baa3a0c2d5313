// SPDX-License-Identifier: Apache-2.0
// Which servers the session knows: lists that its user sets while it runs, the move to another
// server that may follow, and lists that a host provider gives, before each round of attempts and
// when the user asks for that.
#include "session/rebalance.hpp"
#include "session/session.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace kazoo::session {
namespace {

/// How long to wait for the host provider if it has given servers before.
constexpr milliseconds provider_patience{1'000};

/// What the log of attempts has in place of a server.
const HostPort& provider_name() {
    static const HostPort name("host provider", 0);
    return name;
}

}  // namespace

void Session::replace_hosts(
    std::vector<HostPort> hosts, bool randomize, std::vector<std::size_t> first_order
) {
    search_.set_hosts(hosts, randomize);
    hosts_.set_hosts(std::move(hosts), randomize, std::move(first_order));
    lookups_.end_turns();
}

void Session::set_hosts(std::vector<HostPort> hosts, bool randomize) {
    replace_hosts(std::move(hosts), randomize, {});
    drain_ends_.reset();  // a move that waits was for the former list
    forget_servers_behind();
    if (phase_ == Phase::resolving) {
        phase_deadline_ = turn_began_;  // has passed: stops waiting for the former host's name
    }
}

/// A client that is moving counts as connected to the server that it tries: it has been assigned to
/// that server already.
void Session::change_hosts(std::vector<HostPort> hosts, bool randomize, TimePoint now) {
    const bool attempting = phase_ >= Phase::connecting && phase_ < Phase::serving;
    const bool has_server = phase_ == Phase::serving || (attempting && moving_);
    Rebalancing plan;
    if (!hosts.empty() && (has_server || attempting)) {
        const bool listed = lists_server(hosts, host_, server_);
        if (has_server && randomize) {
            plan = rebalance(hosts_.hosts(), hosts, listed, random_);
        } else {
            plan.moves = !listed;  // the given order says which servers are preferred
        }
    }
    replace_hosts(std::move(hosts), randomize, std::move(plan.order));
    forget_servers_behind();
    if (phase_ == Phase::resolving) {
        phase_deadline_ = turn_began_;  // as in set_hosts()
    }
    drain_ends_.reset();
    if (plan.moves) {  // by on_timeout(), because this must change nothing else if memory is short
        const bool drained = phase_ != Phase::serving || requests_.sent() == 0;
        drain_ends_ = drained ? now : later(now, keepalive_.timeout() / 3);
    }
}

/// Leaves the present server or attempt if that is due. Requests that have not been sent wait for
/// the next connection; those whose replies are late fail as if the connection were lost.
void Session::leave_if_drained(TimePoint now) {
    if (!drain_ends_ || (requests_.sent() > 0 && now < *drain_ends_)) {
        return;
    }
    if (phase_ != Phase::serving) {
        disconnect();
        switching_to_writable_ = false;
        return try_new_list(now);
    }
    log(LogLevel::info,
        "leaving " + server_name(host_, server_.address) + " for another server of the new list");
    attempts_.record(host_, server_.address, "left for another server of the new list", now);
    hosts_.put_last(host_, server_, HostList::Failure::closed);
    metrics_.note_loss(LossReason::moved);
    leave_connection();
    moving_ = true;
    forget_failures();
    try_new_list(now);
}

/// Begins a round without a question to the host provider: its answer would replace the list, and
/// with it the order in which a client that moves tries it.
void Session::try_new_list(TimePoint now) {
    begin_round();
    set_state(KeeperState::CONNECTING);
    endpoints_.clear();
    addresses_ = 1;
    try_next_host(now);
}

/// Asks the provider before a round of attempts. There is one question at a time: a provider that
/// never answers is not asked again.
void Session::ask_for_hosts(TimePoint now) {
    const auto limit = config_.hosts_timeout;
    const bool known = hosts_.size() > 0;
    enter(Phase::asking_hosts, later(now, known ? std::min(limit, provider_patience) : limit));
    if (question_ == 0) {
        ask_provider();
    }
}

/// Requires that there is no question. If it throws std::bad_alloc, nothing has changed.
void Session::ask_provider() {
    actions_.emplace_back(AskHostsAction{last_attempt_ + 1});
    question_ = ++last_attempt_;
    refreshes_.asked();
}

/// The question has not reached the driver.
void Session::forget_question() noexcept {
    question_ = 0;
    refreshes_.not_asked();
}

RequestQueue::Accepted Session::refresh_hosts(RequestOwner owner, bool rebalances) {
    assert(config_.asks_for_hosts);
    if (phase_ == Phase::idle || phase_ == Phase::closing) {
        return {ClientErrc::connection_closed};
    }
    if (refreshes_.size() >= config_.limits.requests) {
        return {ClientErrc::queue_full};
    }
    ReplyRoom room(events_, true);
    const auto id = wait_bit | (last_wait_ + 1);
    refreshes_.add(id, std::move(owner), rebalances);
    if (question_ == 0) {
        try {
            ask_provider();
        } catch (...) {
            refreshes_.remove(id);
            throw;
        }
    }
    ++last_wait_;
    room.keep();
    return {{}, id};
}

bool Session::withdraw_refresh(RequestId id) noexcept {
    if (!refreshes_.remove(id)) {
        return false;
    }
    events_.break_promise();
    return true;
}

/// Ends the refreshes that wait for the present question; all of them if the session has ended.
void Session::end_refreshes(std::error_code error) noexcept {
    while (refreshes_.want_answer() || (phase_ == Phase::idle && refreshes_.size() > 0)) {
        ReplyEvent event;
        event.request = refreshes_.take_oldest();
        event.error = error;
        event.outcome = Outcome::not_sent;
        events_.push_promised(std::move(event));
    }
}

void Session::provider_failed(std::string why, TimePoint now) {
    auto text = "the host provider has given no servers: " + why;
    if (phase_ == Phase::serving && refreshes_.want_answer()) {
        return log(LogLevel::warning, std::move(text));  // no attempt to connect has failed
    }
    ++metrics_.session.failed_attempts;
    const bool news = attempts_.note(provider_name(), {}, std::move(why), now);
    log(news ? LogLevel::warning : LogLevel::debug, std::move(text));
}

/// The provider has failed or is late: continues with the servers that it gave before, or with a
/// pause.
void Session::go_on_without_answer(TimePoint now) {
    if (hosts_.size() > 0) {
        return try_next_host(now);
    }
    tried_ = true;
    back_off(now);
}

void Session::on_hosts(std::uint64_t question, ProvidedHosts answer, TimePoint now) {
    if (question_ == 0 || question != question_) {
        return;
    }
    question_ = 0;
    if (phase_ == Phase::idle || phase_ == Phase::closing) {
        return;
    }
    if (answer.hosts.empty()) {
        provider_failure_ =
            answer.failure.empty() ? "its list is empty" : std::move(answer.failure);
        provider_failed(provider_failure_, now);
        end_refreshes(ClientErrc::host_provider_failed);
        if (phase_ == Phase::asking_hosts) {
            go_on_without_answer(now);
        }
    } else {
        use_provided(std::move(answer), now);
    }
    if (question_ == 0 && refreshes_.want_question()) {
        ask_provider();
    }
}

void Session::use_provided(ProvidedHosts answer, TimePoint now) {
    const bool randomizes = hosts_.randomizes() && !answer.in_order;
    const bool awaited = phase_ == Phase::asking_hosts || phase_ == Phase::resolving;
    if (!awaited && refreshes_.want_answer()) {
        try {
            refreshes_.rebalance() ? change_hosts(std::move(answer.hosts), randomizes, now)
                                   : set_hosts(std::move(answer.hosts), randomizes);
        } catch (const std::bad_alloc&) {
            return end_refreshes(ClientErrc::out_of_memory);  // the connection is not affected
        }
        return end_refreshes({});
    }
    // A late answer serves the next host to be tried. No turn waits for a name any more.
    replace_hosts(std::move(answer.hosts), randomizes, {});
    end_refreshes({});
    if (awaited) {
        try_next_host(now);
    }
}

}  // namespace kazoo::session
