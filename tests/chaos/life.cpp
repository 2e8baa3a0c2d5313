// SPDX-License-Identifier: Apache-2.0
#include "life.hpp"

#include "client/core.hpp"

namespace kazoo::chaos {
Life::Life(ClientLog& client_log, int number, const ClientOptions& options, std::uint64_t seed)
    : client_log_(client_log),
      number_(number),
      handler_(options.handler()),
      chance_(seed),
      zk_(std::make_unique<KazooClient>(options)),
      core_(detail::core_of(*zk_)) {}

void Life::start() {
    zk_->add_listener([life = weak_from_this()](KazooState state) {
        if (const auto alive = life.lock()) alive->on_state(state);
    });
    zk_->start_async();
}

void Life::end(bool stops) {
    std::unique_lock lock(client_log_.mutex());
    ending_ = true;
    const auto zk = std::move(zk_);
    lock.unlock();
    if (zk && stops) zk->stop();
}

void Life::stop_and_start() {
    set_ending(true);
    zk_->stop();
    set_ending(false);
    zk_->start_async();
}

void Life::set_ending(bool ending) {
    const std::lock_guard lock(client_log_.mutex());
    ending_ = ending;
}

bool Life::connected() {
    return state() == KazooState::CONNECTED;
}

KazooState Life::state() {
    const std::lock_guard lock(client_log_.mutex());
    return zk_ ? zk_->state() : KazooState::LOST;
}

std::int64_t Life::session() {
    const std::lock_guard lock(client_log_.mutex());
    return present_session();
}

bool Life::session_was_lost() {
    const std::lock_guard lock(client_log_.mutex());
    return std::exchange(lost_, false);
}

void Life::on_state(KazooState state) {
    const std::lock_guard lock(client_log_.mutex());
    if (state == KazooState::CONNECTED) static_cast<void>(present_session());
    client_log_.heard(number_, state);
    if (state == KazooState::LOST && !ending_) {
        client_log_.on_session_lost();
        lost_ = true;
    }
}

/// The session of the connection whose bytes are being handled, if called from a completion; else,
/// or if the connection has just broken, the last known session.
std::int64_t Life::present_session() {
    const auto core = core_.lock();
    const auto id = core ? core->client_id() : std::nullopt;
    if (id) {
        session_ = id->session_id;
        client_log_.add_session(session_);
    }
    return session_;
}

void Life::request_stop() {
    std::unique_lock lock(client_log_.mutex());
    auto ending = std::move(stops_);
    stops_ = std::stop_source();
    lock.unlock();
    ending.request_stop();
}

CallOptions Life::call_options() {
    using namespace std::chrono_literals;
    CallOptions options;
    if (chance_.one_in(6)) options.timeout(chance_.between(0ms, 4000ms));
    if (chance_.one_in(6)) options.stop_token(stops_.get_token());
    return options;
}

Watcher Life::watcher(Call& call, bool watches) {
    call.watches = watches;
    if (!watches) return {};
    return Watcher([life = shared_from_this(), &call](const WatchedEvent& event) {
        const std::lock_guard lock(life->client_log_.mutex());
        life->client_log_.told(call, event, ++life->events_);
    });
}

template <class T, class Make>
AsyncResult<T> Life::call(Act act, const std::string& path, Make make) {
    std::unique_lock lock(client_log_.mutex());
    if (!zk_) return {};
    constexpr std::size_t much = 2000;
    auto& call = client_log_.begin(act, path, number_);
    if (act == Act::set && chance_.one_in(10))
        call.data += " " + std::string(chance_.below(much), 'x');
    const AsyncResult<T> result = make(call);
    const auto take = [&call](detail::ResultState<T>& state) { history::take_result(call, state); };
    follow(result, {&call}, take, lock);
    return result;
}

AsyncResult<TransactionResults> Life::transact(const std::vector<Step>& steps) {
    std::unique_lock lock(client_log_.mutex());
    if (!zk_) return {};
    std::vector<Call*> calls;
    auto transaction = zk_->transaction();
    for (const auto& step : steps) {
        auto& call = client_log_.begin(step.act, step.path, number_);
        calls.push_back(&call);
        call.transaction = calls.front()->number;
        switch (step.act) {
            case Act::create:
                transaction.create(step.path, call.data);
                break;
            case Act::set:
                transaction.set_data(step.path, call.data);
                break;
            default:
                transaction.delete_(step.path);
                break;
        }
    }
    const auto result = transaction.commit_async(call_options());
    const auto take = [calls](detail::ResultState<TransactionResults>& state) {
        history::take_results(calls, state);
    };
    follow(result, calls, take, lock);
    return result;
}

template <class T, class Take>
void Life::follow(
    const AsyncResult<T>& result,
    const std::vector<Call*>& calls,
    Take take,
    std::unique_lock<std::mutex>& lock
) {
    const auto finish = [life = shared_from_this(), calls, take](detail::ResultStateBase& state) {
        take(static_cast<detail::ResultState<T>&>(state));
        for (auto* call : calls) life->complete(*call);
    };
    const bool linked = detail::state_of(result)->link_direct(
        [life = shared_from_this(), calls, finish](detail::ResultStateBase& state) {
            std::unique_lock on_completion(life->client_log_.mutex());
            finish(state);
            on_completion.unlock();
            life->mark_events(calls);
        }
    );
    if (!linked) finish(*detail::state_of(result));
    lock.unlock();
    if (!linked) mark_events(calls);
    result.rawlink([life = shared_from_this(), calls](const AsyncResult<T>&) {
        const std::lock_guard in_callback(life->client_log_.mutex());
        for (auto* call : calls) ++call->callbacks;
    });
}

void Life::complete(Call& call) {
    const auto session = present_session();
    call.session = session != 0 ? session : -std::int64_t{call.number};
    client_log_.over(call);
}

/// Events dispatched to the callback lane before this task arrived before the reply.
void Life::mark_events(const std::vector<Call*>& calls) {
    handler_->dispatch(Lane::callback, [life = shared_from_this(), calls] {
        const std::lock_guard lock(life->client_log_.mutex());
        for (auto* call : calls) call->events_before = life->events_;
    });
}

}  // namespace kazoo::chaos

template class kazoo::history::Caller<kazoo::chaos::Life>;
