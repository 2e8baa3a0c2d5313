// SPDX-License-Identifier: Apache-2.0
// Starting and stopping a client, repeatedly, from any thread and any callback. Each function
// follows one pattern: Lifecycle decides what to do, with life_mutex_ held; then it is done without
// the mutex, because handlers, events and results may call back into the client.
//
//     stop()                  connection's executor              lanes
//     ------                  ---------------------              -----
//     end_life ------------------------------------------------> waits for the connection end
//     close_session --------> the session closes
//                             on_ending
//                             on_event, several times ---------> callbacks, watches, listeners
//                             on_finished: drain_lanes --------> `drained` is set
//     wait for `drained` <-------------------------------------------'
//     release_handler: Handler::stop()
#include "client/core.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>

namespace kazoo::detail::client {
namespace {

/// How much longer than the session's close_timeout a stop waits, for a loop that is slow to run.
constexpr auto stop_margin = std::chrono::seconds(2);

}  // namespace

Event Core::start_async() {
    if (!in_forked_child()) {  // else the mutex may be held by a thread of the parent
        static_cast<void>(join_life());
    }
    return connected_;
}

/// Joins the present life or the next one, or begins one. Throws what the handler's start throws.
std::shared_ptr<Life> Core::join_life() {
    auto life = std::make_shared<Life>(handler_, 0);
    std::shared_ptr<Life> former;  // destroyed after the mutex is released
    Lifecycle::Start started;
    {
        const std::lock_guard lock(life_mutex_);
        started = lifecycle_.start();
        if (started.begin) {
            active_.store(true);
            life->number = started.life;
            former = std::exchange(life_, life);
        } else if (started.life == lifecycle_.current()) {
            former = std::exchange(life, life_);
        } else if (next_life_) {
            life = next_life_;
        } else {
            life->number = started.life;
            next_life_ = life;
            connected_.clear();  // from now on it is about the next session
        }
    }
    if (started.begin) {
        begin(*life, started.hold_handler);
    }
    return life;
}

/// Starts the handler, if needed, and the session. A stop meanwhile does not close the session,
/// which may not exist yet; begun() returns that it has to be closed.
void Core::begin(Life& life, bool hold_handler) {
    life.beginner.store(std::this_thread::get_id());
    bool handler_started = !hold_handler;
    try {
        if (hold_handler) {
            handler_->set_logger(options_.logger());
            handler_->start();
            handler_started = true;
        }
        state_.store(KeeperState::CLOSED);  // the last life may have ended in another state
        connected_.clear();
        start_session(life.number);
    } catch (...) {
        life.beginner.store({});
        fail_to_begin(life, handler_started);
        throw;
    }
    bool close = false;
    {
        const std::lock_guard lock(life_mutex_);
        close = lifecycle_.begun(life.number) && !detach_;  // else detach() ends the session
    }
    life.beginner.store({});
    if (close) {
        driver_.close_session(life.number);
    }
}

/// If it fails, the watches that it would have resumed are not set.
void Core::start_session(LifeNumber life) {
    prepare_backlog_wait();
    std::uint64_t known = 0;
    {
        const std::lock_guard lock(life_mutex_);
        known = host_changes_;
    }
    try {
        driver_.start(make_config(), life);
    } catch (...) {
        watch_hub_->abandon_resumed();
        throw;
    }
    use_late_hosts(known);
}

/// Ends a life that could not begin, and the next one: the callers that have joined them would wait
/// for a session that never starts.
void Core::fail_to_begin(Life& life, bool handler_started) noexcept {
    std::shared_ptr<Life> dropped;
    {
        const std::lock_guard lock(life_mutex_);
        dropped = next_life_;
    }
    // Before begin_failed(): after it another caller may begin a life, whose waits must not end.
    // Again for a next life that was recorded meanwhile, because that clears the event.
    for (bool done = false; !done;) {
        connected_.cancel();
        const std::lock_guard lock(life_mutex_);
        done = next_life_ == dropped;
        dropped = next_life_;
        if (done) {
            static_cast<void>(lifecycle_.begin_failed(life.number));
            active_.store(false);
            next_life_ = nullptr;
        }
    }
    for (auto* const ended : {&life, dropped.get()}) {
        if (ended != nullptr) {
            end_life(*ended, LifeEnd::not_begun);
            ended->finished.set();
            ended->drained.set();
        }
    }
    if (handler_started) {
        handler_->stop();
    }
}

void Core::start(AnyDuration timeout) {
    if (in_forked_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::not_sent, "start"));
    }
    detail::check_may_block();
    static_cast<void>(handler_->waiter());  // throws where the wait below could never end
    const auto life = join_life();
    // Of this life, not connected_: a session that another caller starts later must not end the
    // wait.
    if (!life->connected.wait(timeout)) {
        const auto why = life->why.load();  // before leave() adds a reason
        throw_not_started(why, leave(life));
    }
}

bool Core::leave(const std::shared_ptr<Life>& life) {
    std::optional<Lifecycle::Stop> order;
    std::shared_ptr<Life> dropped;
    {
        const std::lock_guard lock(life_mutex_);
        order = lifecycle_.leave(life->number);
        if (order && order->dropped != 0) {
            dropped = std::exchange(next_life_, nullptr);
        }
    }
    if (dropped) {
        drop(*dropped);
    } else if (order) {
        wind_up(life, order->close);
    }
    return order.has_value();
}

/// Throws the error of a start that did not connect. `stopped`: leave() has stopped the client.
void Core::throw_not_started(LifeEnd why, bool stopped) const {
    Error error(Errc::connection_loss, Outcome::not_sent);
    std::string detail;
    const auto tried = driver_.look([](const session::Session& session) {
        const auto attempts = to_string(session.last_attempts());
        return attempts.empty() ? attempts : "; " + attempts;
    });
    switch (why) {
        case LifeEnd::auth_failed:
            error = Error(Errc::auth_failed, Outcome::not_applied);
            break;
        case LifeEnd::exhausted:
            detail = "no server could be reached; connection_retry allows no more tries" + tried;
            break;
        case LifeEnd::not_begun:
            error = Error(ClientErrc::connection_closed, Outcome::not_sent);
            detail = "the handler or the session could not be started";
            break;
        case LifeEnd::stopped:
            error = Error(ClientErrc::connection_closed, Outcome::not_sent);
            detail = "the client was stopped before it was connected";
            break;
        case LifeEnd::none:
            error = Error(
                driver_.look([](const session::Session& session) {
                    return session.servers_behind() ? ClientErrc::ensemble_behind
                                                    : ClientErrc::wait_timeout;
                }),
                Outcome::not_sent
            );
            detail = "no server of " +
                     (options_.host_provider() ? "the host provider" : options_.hosts()) +
                     " was reached in time" + tried;
            detail += "; the client ";
            detail += stopped ? "has been stopped again"
                              : "continues to connect, because another call started it";
    }
    throw_error(std::move(error.operation("start").detail(std::move(detail))));
}

void Core::stop() noexcept {
    if (in_forked_child()) {
        return;  // session and threads are the parent's
    }
    constexpr int tries = 3;  // a shortage of memory may be momentary
    bool close = false;
    for (int i = 0; i < tries; ++i) {
        try {
            return stop_now(close);
        } catch (const std::exception& failed) {
            log_.write(LogLevel::error, "stop failed and is retried:");
            log_.write(LogLevel::error, failed.what());
        }
    }
}

/// `close` is kept between tries: Lifecycle orders the closing of a session only once.
void Core::stop_now(bool& close) {
    std::shared_ptr<Life> life;
    std::shared_ptr<Life> dropped;
    {
        const std::lock_guard lock(life_mutex_);
        const auto order = lifecycle_.stop();
        close = close || order.close;
        life = life_;
        dropped = std::exchange(next_life_, nullptr);
        connected_.clear();
    }
    if (dropped) {
        drop(*dropped);
    }
    wind_up(life, close);
}

/// Ends the waits for the connection of a life. Completes results, and so may run user code.
void Core::end_life(Life& life, LifeEnd why) {
    life.note_end(why);
    life.connected.cancel();
    life.end.request_stop();
}

/// Ends a recorded next life, which has not begun.
void Core::drop(Life& life) {
    end_life(life, LifeEnd::stopped);
    life.finished.set();
    life.drained.set();
}

/// Ends `life` and waits until it has ended, if the caller may wait; then stops the handler. If the
/// caller may not wait, on_finished() stops it.
void Core::wind_up(const std::shared_ptr<Life>& life, bool close) {
    // Before the session closes, so that what this dispatches has run when the lanes are drained.
    end_life(*life, LifeEnd::stopped);
    if (close) {
        driver_.close_session(life->number);
    }
    if (!wait_for_end(*life)) {
        const std::lock_guard lock(life_mutex_);
        if (lifecycle_.release_when_finished(life->number)) {
            return;
        }
    }
    release_handler(life->number);
}

/// Returns whether the life has ended. Does not wait if it can only end after the caller has
/// returned.
bool Core::wait_for_end(const Life& life) const {
    if (life.beginner.load() == std::this_thread::get_id()) {
        return false;
    }
    // A caller on a lane waits for the session only: the lane cannot be drained before it returns.
    const auto& end = detail::LaneScope::on_lane_of(*handler_) ? life.finished : life.drained;
    try {
        return end.wait(detail::sum(options_.close_timeout(), stop_margin));
    } catch (const WouldDeadlockError&) {
        return false;
    }
}

/// Called at the end of every stop; Lifecycle decides which of them stops the handler.
void Core::release_handler(LifeNumber life) {
    {
        const std::lock_guard lock(life_mutex_);
        if (!lifecycle_.take_handler(life)) {
            return;
        }
        state_.store(KeeperState::CLOSED);
    }
    handler_->stop();
}

/// Sets `drained` once each lane has run what was dispatched before. Called on the executor, while
/// it still runs: the user's loop may end as soon as nothing needs it.
void Core::drain_lanes(const Event& drained) noexcept {
    try {
        const auto lanes_left = std::make_shared<std::atomic<int>>(3);
        for (const auto lane : {Lane::completion, Lane::callback, Lane::session}) {
            handler_->dispatch(lane, [drained = drained, lanes_left]() mutable {
                if (lanes_left->fetch_sub(1) == 1) {
                    drained.set();
                }
            });
        }
    } catch (...) {
        Event(drained).set();  // out of memory: a stop does not wait for callbacks
    }
}

/// Called before any event of the session's end is dispatched, so that a callback that starts the
/// client joins the next life and not the one that is ending.
void Core::on_ending(KeeperState state) noexcept {
    std::shared_ptr<Life> life;
    {
        const std::lock_guard lock(life_mutex_);
        lifecycle_.session_over();
        life = life_;
    }
    life->note_end(state == KeeperState::AUTH_FAILED ? LifeEnd::auth_failed : LifeEnd::exhausted);
}

/// The session has ended and its events have been dispatched: ends the waits of the life, begins
/// the next life if there is one, and then lets the stops return that wait for this one.
void Core::on_finished() {
    complete_detach();  // may throw; nothing has changed then
    watch_hub_->end_resumed();
    const auto life = current_life();
    std::shared_ptr<Life> next;
    Lifecycle::Finish order;
    end_life(*life, LifeEnd::exhausted);
    log_.stopped();
    bool again = false;
    {
        const std::lock_guard lock(life_mutex_);
        again = lifecycle_.next() != 0;
    }
    if (!again) {
        connected_.cancel();  // before finished(): no other life can have begun yet
    }
    {
        const std::lock_guard lock(life_mutex_);
        order = lifecycle_.finished();
        if (order.next != 0) {
            next = std::exchange(next_life_, nullptr);
            life_ = next;
        }
        active_.store(next != nullptr);
    }
    drain_lanes(life->drained);
    if (next) {
        begin_next(*next);
    }
    life->finished.set();
    if (order.release_handler) {
        // This runs on the handler's executor. The scope marks it as a place where stop() must not
        // wait.
        const detail::LaneScope nothing_may_block(*handler_, Lane::session);
        state_.store(KeeperState::CLOSED);
        handler_->stop();
    }
}

/// Runs on the executor, where no caller could catch an exception.
void Core::begin_next(Life& next) noexcept {
    try {
        begin(next, false);
    } catch (const std::exception& failed) {
        log_.write(LogLevel::error, "the client could not be restarted:");
        log_.write(LogLevel::error, failed.what());
    }
}

std::shared_ptr<Life> Core::current_life() const {
    const std::lock_guard lock(life_mutex_);
    return life_;
}

std::stop_token Core::run_token() const {
    return in_forked_child() ? std::stop_token() : current_life()->end.get_token();
}

bool Core::stopped() const {
    const std::lock_guard lock(life_mutex_);
    return lifecycle_.phase() == Lifecycle::Phase::stopped;
}

}  // namespace kazoo::detail::client
