// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/contender.hpp"

#include "recipe/lock/lock_steps.hpp"
#include "recipe/lock/node_deletion.hpp"

#include <kazoo/detail/result_state.hpp>

#include <algorithm>
#include <exception>

namespace kazoo::detail::recipe {

Contender::Contender(
    std::shared_ptr<Locking> locking, std::uint64_t id, const LockRules& rules, std::string resumed
)
    : locking_(std::move(locking)), id_(id), plan_(rules, std::move(resumed)) {}

Contender::~Contender() {
    locking_->remove(id_);
}

CallOptions Contender::linked(const CallOptions& options) {
    if (options.stop_token().stop_possible()) {
        link_.emplace(options.stop_token(), Stop{cancelled_});
    }
    return CallOptions(options).stop_token(cancelled_.get_token());
}

LockTurn Contender::next_turn() {
    woken_.clear();  // before the plan is asked: an event that comes later sets it again
    const std::lock_guard lock(mutex_);
    return plan_.next();
}

LockState Contender::state() const noexcept {
    const std::lock_guard lock(mutex_);
    return plan_.state();
}

NodePtr Contender::own() const noexcept {
    const std::lock_guard lock(mutex_);
    return plan_.own();
}

void Contender::end_acquisition() noexcept {
    link_.reset();
    tell([](LockPlan& plan) { plan.give_up(); });
}

bool Contender::confirmed(std::uint64_t attempt, const NodePtr& found, std::int64_t present) {
    // Begun and ended without mutex_ held, because both call the client.
    std::optional<LeaseUse> use;
    if (found && state() == LockState::acquiring) {
        set_held(found);
        if (found->session != 0) {
            locking_->client().ref().with([&](KazooClient& client) { use.emplace(client); });
        }
    }
    return tell([&](LockPlan& plan) {
        const bool lost = plan.confirmed(attempt, found, present);
        if (use && plan.state() == LockState::held) {
            lease_use_.swap(use);
        }
        return lost;
    });
}

/// Notes the node for handles, of which there is none yet.
void Contender::set_held(NodePtr node) {
    held_path_ = locking_->path_of(node->name);
    held_ = std::move(node);
}

void Contender::on_state(const StateChange& change, std::int64_t present) noexcept {
    after_event(tell([&](LockPlan& plan) { return plan.state_changed(change, present); }));
}

void Contender::on_event(EventType type, std::string_view name, std::int64_t present) noexcept {
    after_event(tell([&](LockPlan& plan) { return plan.fired(type, name, present); }));
}

void Contender::on_lost() noexcept {
    const bool lost = tell([](LockPlan& plan) { return plan.lost(); });
    after_event(lost ? HoldEvent::lost : HoldEvent::none);
}

void Contender::after_event(HoldEvent event) noexcept {
    switch (event) {
        case HoldEvent::none:
            break;
        case HoldEvent::reread:
            begin_reread(shared_from_this());
            break;
        case HoldEvent::lost: {
            lost_.request_stop();
            std::vector<LostFunction> functions;
            std::optional<LeaseUse> use;  // ended without mutex_ held
            {
                const std::lock_guard lock(mutex_);
                functions.swap(on_lost_);
                use.swap(lease_use_);
            }
            for (auto& function : functions) {
                call_on_lane(std::move(function));
            }
        }
    }
    woken_.set();
}

void Contender::delete_abandoned() noexcept {
    for (;;) {
        NodePtr node;
        {
            const std::lock_guard lock(mutex_);
            node = plan_.take_abandoned();
        }
        if (!node) {
            return;
        }
        delete_in_background(locking_, std::move(node));
    }
}

bool Contender::is_busy() const noexcept {
    const auto now = state();
    return now == LockState::acquiring || now == LockState::held;
}

bool Contender::is_held() const noexcept {
    NodePtr node;
    {
        const std::lock_guard lock(mutex_);
        if (plan_.state() != LockState::held) {
            return false;
        }
        node = plan_.own();
    }
    // The listener may be called later.
    return node->session == 0 || locking_->present_session() == node->session;
}

Duration Contender::remaining() const noexcept {
    if (held_->session == 0) {
        return is_held() ? Duration::max() : Duration::zero();
    }
    std::optional<TimePoint> until;
    locking_->client().ref().with([&](KazooClient& client) { until = client.session_valid_until(); }
    );
    // Asked after the time, which then belongs to the session of the lock: the present session is
    // still this one.
    if (!until || !is_held()) {
        return Duration::zero();
    }
    return std::max(Duration::zero(), *until - handler()->now());
}

void Contender::call_when_lost(UniqueFunction<void()> function) {
    auto shared = std::make_shared<UniqueFunction<void()>>(std::move(function));
    {
        const std::lock_guard lock(mutex_);
        if (plan_.state() == LockState::held) {
            on_lost_.push_back(std::move(shared));
            return;
        }
        if (plan_.state() != LockState::lost) {
            return;  // the function, a parameter, is destroyed without mutex_ held
        }
    }
    call_on_lane(std::move(shared));
}

void Contender::call_on_lane(LostFunction function) noexcept {
    const auto run = [self = shared_from_this(), function]() noexcept {
        const LaneScope scope(*self->handler(), Lane::callback);
        try {
            (*function)();
        } catch (...) {
            self->handler()->report_escaped(Lane::callback, std::current_exception());
        }
        *function = UniqueFunction<void()>();  // destroyed here, although there are copies
    };
    try {
        handler()->dispatch(Lane::callback, run);
    } catch (const std::exception&) {
        run();  // no memory
    }
}

NodePtr Contender::release() noexcept {
    std::vector<LostFunction> functions;  // destroyed without mutex_ held
    std::optional<LeaseUse> use;          // the same
    const std::lock_guard lock(mutex_);
    auto node = plan_.release();
    if (node) {
        functions.swap(on_lost_);
        use.swap(lease_use_);
    }
    return node;
}

}  // namespace kazoo::detail::recipe
