// A client's life: started, stopped, started again, from any thread and any callback.
#include "client/core.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>

namespace kazoo::client {
namespace {

/// Beyond the session's own time for closing, for a loop that is slow to run.
constexpr auto stop_margin = std::chrono::seconds(2);

/// Between looks at a client that is neither connected nor over.
constexpr auto settle_pause = std::chrono::milliseconds(20);

}  // namespace

Event Core::start_async() {
    if (in_forked_child()) {
        return connected_;  // the lock may be held by a thread of the parent
    }
    const std::lock_guard lock(life_mutex_);
    if (life_ == Life::running) {
        return connected_;
    }
    if (life_ == Life::stopping) {
        start_again_ = true;
        connected_.clear();  // the next session's from now on
        settled_.clear();
    } else {
        begin();
    }
    return connected_;
}

/// With life_mutex_ held and no session running.
void Core::begin() {
    if (!handler_held_) {
        handler_->set_logger(options_.logger());
        handler_->start();
        handler_held_ = true;
    }
    start_again_ = false;
    stop_asked_ = false;
    release_on_finish_ = false;
    life_ = Life::running;
    life_end_ = std::stop_source();
    connected_.clear();
    state_.store(KeeperState::CLOSED);
    settled_ = Event(handler_);
    finished_ = Event(handler_);
    drained_ = Event(handler_);
    driver_.start(make_config());
}

void Core::start(Duration timeout) {
    if (in_forked_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::not_sent, "start"));
    }
    detail::check_may_block();
    static_cast<void>(handler_->waiter());  // throws where the wait below could never end
    const auto deadline = detail::deadline_after(handler_.get(), timeout);
    const auto connected = start_async();
    bool over = false;
    while (!over && wait_settled(deadline)) {
        if (connected.is_set()) {
            return;
        }
        over = stopped();
        if (!over) {
            // Connected once and suspended since, or settled was another session, ended just now.
            connected.wait(std::min<Duration>(deadline - handler_->now(), settle_pause));
        }
    }
    const auto state = client_state();
    const bool stopped_meanwhile = stop_asked();
    stop();
    if (stopped_meanwhile) {
        throw_error(Error(
            ClientErrc::connection_closed,
            Outcome::not_sent,
            "start",
            {},
            "the client was stopped before it was connected"
        ));
    }
    if (state == KeeperState::AUTH_FAILED) {
        throw_error(Error(Errc::auth_failed, Outcome::not_applied, "start"));
    }
    if (over && state == KeeperState::CLOSED) {
        throw_error(Error(
            Errc::connection_loss,
            Outcome::not_sent,
            "start",
            {},
            "no server could be reached; connection_retry allows no more tries"
        ));
    }
    throw_error(Error(
        ClientErrc::wait_timeout,
        Outcome::not_sent,
        "start",
        {},
        "no server of " + options_.hosts() + " was reached in time"
    ));
}

bool Core::wait_settled(TimePoint deadline) {
    std::optional<Event> settled;
    {
        const std::lock_guard lock(life_mutex_);
        settled = settled_;
    }
    return settled->wait(deadline - handler_->now());
}

void Core::stop() noexcept {
    try {
        if (in_forked_child()) {
            return;  // session and threads are the parent's
        }
        std::optional<Event> end;
        std::optional<std::stop_source> ending;
        bool closes = false;
        {
            const std::lock_guard lock(life_mutex_);
            // On a lane it would be its own end that the caller waits for.
            end = detail::LaneScope::on_lane_of(*handler_) ? finished_ : drained_;
            start_again_ = false;
            stop_asked_ = true;
            ending = life_end_;
            connected_.cancel();
            closes = life_ == Life::running;
            if (closes) {
                life_ = Life::stopping;
            }
        }
        // Without the lock: it completes results. Before the session closes: what that puts on the
        // lanes is to have run when they have been drained.
        ending->request_stop();
        if (closes) {
            close_session(*ending);
        }
        bool finished = false;
        try {
            finished = end->wait(options_.close_timeout() + stop_margin);
        } catch (const WouldDeadlockError&) {
            // The caller is the one who lets the session close: it will, once the caller returns.
        }
        if (!finished) {
            const std::lock_guard lock(life_mutex_);
            release_on_finish_ = life_ == Life::stopping;
            finished = !release_on_finish_;
        }
        if (finished) {
            release_handler();
        }
    } catch (const std::exception& failed) {
        options_.logger().log(LogLevel::error, std::string("stop: ") + failed.what());
    }
}

/// That of the life that `ending` ends; meanwhile it may be over, and another have begun.
void Core::close_session(const std::stop_source& ending) {
    const std::lock_guard lock(life_mutex_);
    if (life_ == Life::stopping && life_end_ == ending) {
        driver_.with_session([](session::Session& session, TimePoint now) {
            session.close(now);
            return 0;
        });
    }
}

void Core::release_handler() {
    {
        const std::lock_guard lock(life_mutex_);
        if (life_ != Life::stopped) {
            return;
        }
        state_.store(KeeperState::CLOSED);
        if (!handler_held_) {
            return;
        }
        handler_held_ = false;
    }
    handler_->stop();
}

/// While the executor still runs: a loop may end as soon as this session needs it no more.
void Core::drain_lanes(const Event& drained) {
    const auto lanes_left = std::make_shared<std::atomic<int>>(3);
    for (const auto lane : {Lane::completion, Lane::callback, Lane::session}) {
        handler_->dispatch(lane, [drained = drained, lanes_left]() mutable {
            if (lanes_left->fetch_sub(1) == 1) {
                drained.set();
            }
        });
    }
}

void Core::on_finished() {
    bool release = false;
    auto settled = settled_;
    auto finished = finished_;
    const auto drained = drained_;
    std::optional<std::stop_source> ending;
    {
        const std::lock_guard lock(life_mutex_);
        life_ = Life::stopped;
        ending = life_end_;
        if (start_again_) {
            begin();
        } else {
            connected_.cancel();
        }
        release = std::exchange(release_on_finish_, false);
    }
    ending->request_stop();
    drain_lanes(drained);
    settled.set();
    finished.set();
    if (release) {
        // This is the handler's own executor: it must not wait for it.
        const detail::LaneScope nothing_may_block(*handler_, Lane::session);
        release_handler();
    }
}

std::stop_token Core::life() const {
    if (in_forked_child()) {
        return {};  // the lock may be held by a thread of the parent
    }
    const std::lock_guard lock(life_mutex_);
    return life_end_.get_token();
}

bool Core::stop_asked() const {
    const std::lock_guard lock(life_mutex_);
    return stop_asked_;
}

bool Core::stopped() const {
    const std::lock_guard lock(life_mutex_);
    return life_ == Life::stopped;
}

}  // namespace kazoo::client
