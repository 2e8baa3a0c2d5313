// SPDX-License-Identifier: Apache-2.0
// The lifecycle of a client as a state machine, with its inputs in every order.
#include "client/lifecycle.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace kazoo::detail::client {
namespace {

using Phase = Lifecycle::Phase;

TEST(Lifecycle, FirstStartBeginsAndHoldsTheHandler) {
    Lifecycle machine;
    const auto first = machine.start();
    EXPECT_TRUE(first.begin);
    EXPECT_TRUE(first.hold_handler);
    EXPECT_FALSE(machine.begun(first.life));
    EXPECT_EQ(machine.phase(), Phase::running);
    const auto second = machine.start();
    EXPECT_FALSE(second.begin);
    EXPECT_EQ(second.life, first.life);
}

TEST(Lifecycle, StartAfterTheSessionIsOverBeginsAnotherLife) {
    Lifecycle machine;
    const auto first = machine.start();
    static_cast<void>(machine.begun(first.life));
    machine.session_over();  // its listeners run from now on
    const auto second = machine.start();
    EXPECT_FALSE(second.begin) << "the former session still delivers its events";
    EXPECT_NE(second.life, first.life);
    const auto finish = machine.finished();
    EXPECT_EQ(finish.next, second.life);
    EXPECT_FALSE(finish.release_handler);
    EXPECT_FALSE(machine.begun(second.life));
    EXPECT_EQ(machine.phase(), Phase::running);
}

TEST(Lifecycle, StopWhileBeginningClosesOnceBegun) {
    Lifecycle machine;
    const auto first = machine.start();
    EXPECT_FALSE(machine.stop().close) << "there is no session to close yet";
    EXPECT_FALSE(machine.serves());
    EXPECT_TRUE(machine.begun(first.life));
    EXPECT_EQ(machine.phase(), Phase::closing);
}

TEST(Lifecycle, SessionMayFinishBeforeItsStartReturns) {
    Lifecycle machine;
    const auto first = machine.start();
    machine.session_over();
    EXPECT_EQ(machine.finished().next, 0u);
    EXPECT_FALSE(machine.begun(first.life));
    EXPECT_EQ(machine.phase(), Phase::stopped);
}

TEST(Lifecycle, LeavingEndsALifeOnlyIfNoOtherCallerHasJoined) {
    Lifecycle machine;
    const auto first = machine.start();
    static_cast<void>(machine.begun(first.life));
    static_cast<void>(machine.start());  // another caller
    EXPECT_FALSE(machine.leave(first.life));
    EXPECT_EQ(machine.phase(), Phase::running);
    const auto last = machine.leave(first.life);
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->close);
}

TEST(Lifecycle, LeavingALifeThatIsOverDoesNotEndTheNext) {
    Lifecycle machine;
    const auto first = machine.start();
    static_cast<void>(machine.begun(first.life));
    machine.session_over();
    const auto second = machine.start();
    EXPECT_FALSE(machine.leave(first.life));
    EXPECT_EQ(machine.next(), second.life);
    const auto order = machine.leave(second.life);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->dropped, second.life);
}

TEST(Lifecycle, StopDropsThePendingLife) {
    Lifecycle machine;
    const auto first = machine.start();
    static_cast<void>(machine.begun(first.life));
    EXPECT_TRUE(machine.stop().close);
    const auto second = machine.start();
    EXPECT_EQ(machine.stop().dropped, second.life);
    EXPECT_EQ(machine.finished().next, 0u);
    EXPECT_TRUE(machine.take_handler(first.life));
    EXPECT_FALSE(machine.take_handler(first.life)) << "once";
}

TEST(Lifecycle, AFailedBeginLeavesNoState) {
    Lifecycle machine;
    const auto first = machine.start();
    static_cast<void>(machine.stop());
    const auto second = machine.start();
    EXPECT_EQ(machine.begin_failed(first.life), second.life);
    EXPECT_EQ(machine.phase(), Phase::stopped);
    EXPECT_FALSE(machine.handler_held());
    EXPECT_TRUE(machine.start().hold_handler);
}

/// Makes random inputs in any order that callers and the executor can produce, and checks them
/// against a minimal model.
class RandomLife {
public:
    explicit RandomLife(std::uint64_t seed) : random_(seed) {}

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            check();
        }
        settle();
    }

private:
    void step() {
        switch (random_() % 9) {
            case 0:
            case 1:
                return start();
            case 2:
                return stop();
            case 3:
                return leave();
            case 4:
                return begun();
            case 5:
                return begin_failed();
            case 6:
                return session_over();
            case 7:
                return finished();
            default:
                return release();
        }
    }

    void start() {
        const auto started = machine_.start();
        ++claims_[started.life];
        if (started.begin) {
            begin(started.life);
            handler_ += started.hold_handler ? 1 : 0;
        }
    }
    void begin(LifeNumber life) {
        ASSERT_EQ(session_, 0u) << "two sessions at once";
        session_ = life;
        beginning_ = life;
        closing_ = false;
    }
    void note(const Lifecycle::Stop& order) {
        if (order.close) {
            ASSERT_EQ(order.life, session_) << "a session is closed that does not run";
            ASSERT_FALSE(closing_) << "closed twice";
            closing_ = true;
        }
    }
    void stop() {
        const auto order = machine_.stop();
        note(order);
        waiting_ = order.life;
        EXPECT_EQ(machine_.next(), 0u);
        EXPECT_FALSE(machine_.serves());
    }
    void leave() {
        if (claims_.empty()) {
            return;
        }
        auto at = std::next(claims_.begin(), static_cast<long>(random_() % claims_.size()));
        const bool others = at->second > 1;
        const bool was_running = machine_.serves() && machine_.current() == at->first;
        if (const auto order = machine_.leave(at->first)) {
            EXPECT_FALSE(was_running && others) << "it ended a life that another caller has joined";
            note(*order);
            if (order->dropped == 0) {
                waiting_ = order->life;
            }
        }
        if (--at->second == 0) {
            claims_.erase(at);
        }
    }
    void begun() {
        if (beginning_ == 0) {
            return;
        }
        const auto life = std::exchange(beginning_, 0);
        if (machine_.begun(life)) {
            ASSERT_FALSE(closing_);
            closing_ = true;
        }
    }
    void begin_failed() {
        if (beginning_ == 0 || beginning_ != session_ || over_) {
            return;
        }
        static_cast<void>(machine_.begin_failed(std::exchange(beginning_, 0)));
        session_ = 0;
        handler_ = 0;
    }
    void session_over() {
        if (session_ != 0 && !over_) {
            machine_.session_over();
            over_ = true;
            EXPECT_FALSE(machine_.serves());
        }
    }
    void finished() {
        if (session_ == 0 || !(over_ || closing_)) {
            return;
        }
        over_ = false;
        session_ = 0;
        const auto finish = machine_.finished();
        if (finish.next != 0) {
            beginning_ = 0;  // the executor begins the life; an earlier beginner's report is void
            begin(finish.next);
        }
        handler_ -= finish.release_handler ? 1 : 0;
    }
    void release() {
        if (random_() % 2 == 0) {
            handler_ -= machine_.take_handler(waiting_) ? 1 : 0;
        } else {
            static_cast<void>(machine_.release_when_finished(waiting_));
        }
    }
    void check() const {
        ASSERT_GE(handler_, 0);
        ASSERT_LE(handler_, 1) << "held twice";
        ASSERT_EQ(handler_ == 1, machine_.handler_held());
        ASSERT_EQ(session_ == 0, machine_.phase() == Phase::stopped);
        if (session_ != 0) {
            ASSERT_EQ(session_, machine_.current());
        }
    }
    /// After any sequence a final stop leads to the stopped state.
    void settle() {
        stop();
        begun();
        session_over();
        finished();
        EXPECT_EQ(machine_.phase(), Phase::stopped);
        handler_ -= machine_.take_handler(machine_.current()) ? 1 : 0;
        EXPECT_EQ(handler_, 0) << "the handler is still held";
    }

    std::mt19937_64 random_;
    Lifecycle machine_;
    std::map<LifeNumber, int> claims_;
    LifeNumber session_ = 0;    // the running session, or 0
    LifeNumber beginning_ = 0;  // the life whose begin has not been reported yet
    LifeNumber waiting_ = 0;
    bool closing_ = false;
    bool over_ = false;
    int handler_ = 0;
};

TEST(Lifecycle, InvariantsHoldForAnyOrderOfInputs) {
    for (std::uint64_t seed = 1; seed <= 20'000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomLife(seed).run(40);
    }
}

}  // namespace
}  // namespace kazoo::detail::client
