// SPDX-License-Identifier: Apache-2.0
// Leaving the session to another client.
#include "session/session.hpp"

#include <utility>

namespace kazoo::session {

void Session::detach(TimePoint now) noexcept {
    if (phase_ == Phase::closing || phase_ == Phase::idle) {
        return;
    }
    detaching_ = identity_.id != 0;
    if (phase_ != Phase::serving) {
        return finish(KeeperState::CLOSED, Errc::connection_loss);
    }
    drain_ends_.reset();
    lease_.ended();
    search_.stop();
    enter(Phase::closing, later(now, config_.close_timeout));
    finish_if_detached();
}

/// Ends a detached session once everything is answered. Nothing is submitted any more.
void Session::finish_if_detached() noexcept {
    const bool over = requests_.size() == 0 && !credentials_.awaits_answer();
    if (detaching_ && phase_ == Phase::closing && over) {
        finish(KeeperState::CLOSED, Errc::connection_loss);
    }
}

/// Called before the watches end. The notifications of all changes up to last_zxid_ have arrived:
/// servers send them before the reply that has this zxid. So the next client, which restores the
/// watches from last_zxid_, gets each later change.
void Session::keep_handover() noexcept {
    if (!detaching_ || handover_) {
        return;
    }
    handover_.emplace();
    handover_->identity = std::move(identity_);
    handover_->timeout = keepalive_.timeout();
    handover_->last_zxid = last_zxid_;
}

}  // namespace kazoo::session
