// SPDX-License-Identifier: Apache-2.0
#include "client/lifecycle.hpp"

#include <cassert>
#include <utility>

namespace kazoo::detail::client {

Lifecycle::Start Lifecycle::start() {
    switch (phase_) {
        case Phase::stopped:
            assert(next_ == 0);
            current_ = ++last_;
            joined_ = 1;
            phase_ = Phase::beginning;
            stop_asked_ = false;
            release_on_finish_ = false;
            return {current_, true, !std::exchange(held_, true)};
        case Phase::beginning:
        case Phase::running:
            if (!stop_asked_) {
                ++joined_;
                return {current_};
            }
            break;  // will be closed: joins the next life
        case Phase::closing:
        case Phase::over:
            break;
    }
    if (next_ == 0) {
        next_ = ++last_;
        joined_next_ = 0;
    }
    ++joined_next_;
    return {next_};
}

bool Lifecycle::begun(LifeNumber life) {
    if (life != current_ || phase_ != Phase::beginning) {
        return false;  // its session has already ended
    }
    phase_ = stop_asked_ ? Phase::closing : Phase::running;
    return stop_asked_;
}

LifeNumber Lifecycle::begin_failed(LifeNumber life) {
    assert(life == current_ && phase_ == Phase::beginning);
    static_cast<void>(life);
    phase_ = Phase::stopped;
    held_ = false;
    release_on_finish_ = false;
    return drop_next();
}

Lifecycle::Stop Lifecycle::stop() {
    Stop result;
    result.life = current_;
    result.dropped = drop_next();
    result.already_over = phase_ == Phase::stopped;
    // While beginning, the session may not exist yet: begun() returns that it has to be closed.
    result.close = phase_ == Phase::running;
    if (phase_ == Phase::running) {
        phase_ = Phase::closing;
    }
    stop_asked_ = phase_ != Phase::stopped;
    return result;
}

std::optional<Lifecycle::Stop> Lifecycle::leave(LifeNumber life) {
    if (life != 0 && life == next_) {
        if (--joined_next_ > 0) {
            return std::nullopt;
        }
        Stop result;
        result.life = current_;
        result.dropped = drop_next();
        return result;
    }
    if (life != current_) {
        return std::nullopt;  // over, and another life has begun
    }
    const bool ended = phase_ == Phase::stopped || phase_ == Phase::over;
    if (ended && next_ != 0) {
        return std::nullopt;  // another caller has started the client again
    }
    if (--joined_ > 0 && !ended) {
        return std::nullopt;
    }
    return stop();
}

void Lifecycle::session_over() {
    if (phase_ == Phase::running || phase_ == Phase::beginning) {
        phase_ = Phase::over;
    }
}

Lifecycle::Finish Lifecycle::finished() {
    assert(phase_ != Phase::stopped);
    Finish result;
    const bool release = std::exchange(release_on_finish_, false);
    // The handler stays held for the next life, even if a stop before that could not wait.
    if (next_ != 0) {
        current_ = std::exchange(next_, 0);
        joined_ = std::exchange(joined_next_, 0);
        phase_ = Phase::beginning;
        stop_asked_ = false;
        result.next = current_;
        return result;
    }
    phase_ = Phase::stopped;
    result.release_handler = release && std::exchange(held_, false);
    return result;
}

bool Lifecycle::take_handler(LifeNumber life) {
    return life == current_ && phase_ == Phase::stopped && std::exchange(held_, false);
}

bool Lifecycle::release_when_finished(LifeNumber life) {
    if (life != current_ || phase_ == Phase::stopped) {
        return false;
    }
    release_on_finish_ = true;
    return true;
}

LifeNumber Lifecycle::drop_next() {
    joined_next_ = 0;
    return std::exchange(next_, 0);
}

}  // namespace kazoo::detail::client
