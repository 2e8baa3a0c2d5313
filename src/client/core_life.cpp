// A client's life: started, stopped, started again, from any thread and any callback.
#include "client/core.hpp"

#include <kazoo/exceptions.hpp>

namespace kazoo::client {
namespace {

/// Beyond the session's own time for closing, for a loop that is slow to run.
constexpr auto stop_margin = std::chrono::seconds(2);

}  // namespace

Event Core::start_async() {
    const std::lock_guard lock(life_mutex_);
    if (in_forked_child() || life_ == Life::running) {
        return connected_;
    }
    if (life_ == Life::stopping) {
        start_again_ = true;
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
    release_on_finish_ = false;
    life_ = Life::running;
    state_.store(KeeperState::CLOSED);
    settled_.clear();
    finished_.clear();
    driver_.start(make_config());
}

void Core::start(Duration timeout) {
    detail::check_may_block();
    static_cast<void>(handler_->waiter());  // throws where the wait below could never end
    const auto deadline = detail::deadline_after(handler_.get(), timeout);
    const auto connected = start_async();
    if (in_forked_child()) {
        throw_error(Error(ClientErrc::forked, Outcome::not_sent, "start"));
    }
    settled_.wait(deadline - handler_->now());
    if (connected.is_set()) {
        return;
    }
    const auto state = client_state();
    stop();
    if (state == KeeperState::AUTH_FAILED) {
        throw_error(Error(Errc::auth_failed, Outcome::not_applied, "start"));
    }
    if (state == KeeperState::CLOSED) {
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

void Core::stop() noexcept {
    try {
        if (in_forked_child()) {
            return;  // session and threads are the parent's
        }
        {
            const std::lock_guard lock(life_mutex_);
            start_again_ = false;
            if (life_ == Life::running) {
                life_ = Life::stopping;
                driver_.with_session([](session::Session& session, TimePoint now) {
                    session.close(now);
                    return 0;
                });
            }
        }
        bool finished = false;
        try {
            finished = finished_.wait(options_.close_timeout() + stop_margin);
        } catch (const WouldDeadlockError&) {
            // The caller is the one who lets the session close: it will, once the caller returns.
        }
        if (!finished) {
            const std::lock_guard lock(life_mutex_);
            release_on_finish_ = life_ == Life::stopping;
            finished = !release_on_finish_;
        }
        if (finished) {
            state_.store(KeeperState::CLOSED);
            release_handler();
        }
    } catch (const std::exception& failed) {
        options_.logger().log(LogLevel::error, std::string("stop: ") + failed.what());
    }
}

void Core::release_handler() {
    {
        const std::lock_guard lock(life_mutex_);
        if (!handler_held_ || life_ != Life::stopped) {
            return;
        }
        handler_held_ = false;
    }
    handler_->stop();
}

void Core::on_finished() {
    bool release = false;
    {
        const std::lock_guard lock(life_mutex_);
        life_ = Life::stopped;
        settled_.set();
        finished_.set();
        if (start_again_) {
            begin();
        }
        release = std::exchange(release_on_finish_, false);
    }
    if (release) {
        release_handler();
    }
}

bool Core::stopped() const {
    const std::lock_guard lock(life_mutex_);
    return life_ == Life::stopped;
}

}  // namespace kazoo::client
