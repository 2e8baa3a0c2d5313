// SPDX-License-Identifier: Apache-2.0
// Which servers the session knows: lists that its user sets while it runs, the move to another
// server that may follow, and lists that a host provider gives before each round of attempts.
#include "session/rebalance.hpp"
#include "session/session.hpp"

#include <algorithm>

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
        begin_round();
        return begin_attempt(now);
    }
    log(LogLevel::info,
        "leaving " + server_name(host_, server_.address) + " for another server of the new list");
    attempts_.record(host_, server_.address, "left for another server of the new list", now);
    hosts_.put_last(host_, server_, HostList::Failure::closed);
    metrics_.note_loss(LossReason::moved);
    leave_connection();
    moving_ = true;
    forget_failures();
    begin_round();
    begin_attempt(now);
}

/// Asks the provider before a round of attempts. There is one question at a time: a provider that
/// never answers is not asked again.
void Session::ask_for_hosts(TimePoint now) {
    const auto limit = config_.hosts_timeout;
    const bool known = hosts_.size() > 0;
    enter(Phase::asking_hosts, later(now, known ? std::min(limit, provider_patience) : limit));
    if (question_ == 0) {
        actions_.emplace_back(AskHostsAction{last_attempt_ + 1});
        question_ = ++last_attempt_;
    }
}

void Session::provider_failed(std::string why, TimePoint now) {
    auto text = "the host provider has given no servers: " + why;
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
        provider_failed(
            answer.failure.empty() ? "its list is empty" : std::move(answer.failure), now
        );
        if (phase_ == Phase::asking_hosts) {
            go_on_without_answer(now);
        }
        return;
    }
    // A late answer serves the next host to be tried. No turn waits for a name any more.
    replace_hosts(std::move(answer.hosts), hosts_.randomizes() && !answer.in_order, {});
    if (phase_ == Phase::asking_hosts || phase_ == Phase::resolving) {
        try_next_host(now);
    }
}

}  // namespace kazoo::session
