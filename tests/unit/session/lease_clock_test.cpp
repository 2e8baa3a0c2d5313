// SPDX-License-Identifier: Apache-2.0
#include "session/lease_clock.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint clock_start{1h};

/// A session with a timeout of 10 s, whose ConnectRequest was sent at `clock_start`: 200 ms are the
/// margin, and reports are made within 2.5 s.
class LeaseClockTest : public testing::Test {
protected:
    LeaseClockTest() {
        clock.asked(clock_start);
        clock.connected(10s);
    }
    [[nodiscard]] Duration left_after(Duration time) const {
        return *clock.valid_until() - (clock_start + time);
    }
    /// A confirmed request, sent and answered at these times after the start.
    void confirmed(Duration sent, Duration answered) {
        clock.confirmed(clock_start + sent, clock_start + answered);
    }

    LeaseClock clock;
};

TEST_F(LeaseClockTest, NothingIsKnownWithoutASession) {
    const LeaseClock unused;
    EXPECT_FALSE(unused.valid_until());
    clock.ended();
    EXPECT_FALSE(clock.valid_until());
}

TEST_F(LeaseClockTest, AHandshakeIsAProof) {
    EXPECT_EQ(left_after(0s), 9800ms);
}

TEST_F(LeaseClockTest, AConfirmedRequestAloneProvesNothingNew) {
    confirmed(5s, 5100ms);
    EXPECT_EQ(left_after(0s), 9800ms);
}

TEST_F(LeaseClockTest, TheThirdConfirmedRequestProvesThatTheFirstWasCounted) {
    confirmed(1s, 1100ms);
    confirmed(3600ms, 3700ms);
    EXPECT_EQ(left_after(0s), 9800ms);
    confirmed(3700ms, 3800ms);
    EXPECT_EQ(left_after(1s), 9800ms);
}

TEST_F(LeaseClockTest, ReportsNeedTime) {
    confirmed(1s, 1100ms);
    confirmed(3599ms, 3700ms);
    confirmed(3700ms, 3800ms);
    EXPECT_EQ(left_after(0s), 9800ms);
    confirmed(3800ms, 3900ms);
    EXPECT_EQ(left_after(1s), 9800ms);
}

TEST_F(LeaseClockTest, ARequestSentBeforeTheReportIsKnownProvesNothing) {
    confirmed(1s, 1100ms);
    confirmed(4s, 7s);
    confirmed(5s, 7s);
    EXPECT_EQ(left_after(0s), 9800ms);
    confirmed(7s, 7500ms);
    EXPECT_EQ(left_after(1s), 9800ms);
}

TEST_F(LeaseClockTest, TheTimeOfSendingCountsNotThatOfTheReply) {
    confirmed(1s, 6s);
    confirmed(8600ms, 8700ms);
    confirmed(8700ms, 8800ms);
    EXPECT_EQ(left_after(1s), 9800ms);
}

TEST_F(LeaseClockTest, AProofThatComesTooLateNeedsAnother) {
    confirmed(8s, 8100ms);
    confirmed(10'600ms, 10'700ms);
    confirmed(10'700ms, 10'800ms);
    EXPECT_EQ(left_after(0s), 9800ms);
    confirmed(10'750ms, 10'900ms);
    EXPECT_EQ(left_after(0s), 9800ms);
    confirmed(10'900ms, 11s);
    EXPECT_EQ(left_after(8s), 9800ms);
}

TEST_F(LeaseClockTest, AnotherConnectionBeginsAnew) {
    confirmed(1s, 1100ms);
    confirmed(4s, 4100ms);
    clock.disconnected();
    confirmed(4200ms, 4300ms);
    EXPECT_EQ(left_after(0s), 9800ms);
    clock.asked(clock_start + 5s);
    clock.connected(10s);
    EXPECT_EQ(left_after(5s), 9800ms);
    confirmed(8s, 8100ms);
    confirmed(8200ms, 8300ms);
    EXPECT_EQ(left_after(5s), 9800ms);
}

TEST_F(LeaseClockTest, AShorterTimeoutAppliesAtOnce) {
    clock.disconnected();
    clock.asked(clock_start + 1s);
    clock.connected(4s);
    EXPECT_EQ(left_after(1s), 3920ms);
    clock.disconnected();
    clock.asked(clock_start + 2s);
    clock.connected(10s);
    EXPECT_EQ(left_after(2s), 3920ms) << "another leader may still count by the shorter one";
    clock.ended();
    clock.asked(clock_start + 3s);
    clock.connected(10s);
    EXPECT_EQ(left_after(3s), 9800ms) << "of another session";
}

TEST_F(LeaseClockTest, ManyRequestsKeepTheBoundFresh) {
    for (auto time = 0ms; time < 30s; time += 1ms) {
        confirmed(time, time + 5ms);
        if (time > 3s) {
            ASSERT_GT(left_after(time), 6800ms) << time.count();
        }
        ASSERT_LE(left_after(time), 9800ms);
    }
}

TEST_F(LeaseClockTest, NoSyncsWithoutAUse) {
    EXPECT_EQ(clock.next_sync(), TimePoint::max());
    EXPECT_FALSE(clock.wants_sync(clock_start + 5s));
    clock.use(clock_start);
    clock.end_use();
    EXPECT_EQ(clock.next_sync(), TimePoint::max());
    EXPECT_FALSE(clock.wants_sync(clock_start + 5s));
}

TEST_F(LeaseClockTest, NoSyncsWithoutAConnection) {
    clock.use(clock_start);
    clock.disconnected();
    EXPECT_EQ(clock.next_sync(), TimePoint::max());
    EXPECT_FALSE(clock.wants_sync(clock_start + 5s));
}

/// Answers syncs after a time, for a while; returns the shortest time that the bound was ahead.
class LeaseRounds : public LeaseClockTest {
protected:
    void run(Duration from, Duration until, Duration round_trip) {
        for (auto time = from; time < until; time += 10ms) {
            const auto now = clock_start + time;
            if (sent_at && now >= *sent_at + round_trip) {
                clock.answered(id);
                clock.confirmed(*sent_at, now);
                sent_at.reset();
            }
            if (clock.wants_sync(now)) {
                ++syncs;
                clock.sync_sent(++id, now);
                sent_at = now;
            }
            shortest = std::min<Duration>(shortest, *clock.valid_until() - now);
        }
    }

    std::optional<TimePoint> sent_at;
    std::uint64_t id = 0;
    int syncs = 0;
    Duration shortest = 1h;
};

TEST_F(LeaseRounds, TwoSyncsEveryThirdOfTheTimeoutKeepItFresh) {
    clock.use(clock_start);
    run(0s, 100s, 10ms);
    EXPECT_GE(syncs, 58);
    EXPECT_LE(syncs, 61);
    EXPECT_GT(shortest, 3s);
}

TEST_F(LeaseRounds, ASlowRoundTripDelaysOnly) {
    clock.use(clock_start);
    run(0s, 100s, 300ms);
    EXPECT_GT(shortest, 2s);
}

TEST_F(LeaseRounds, ABoundThatHasLapsedIsSoonKnownAgain) {
    run(0s, 20s, 10ms);
    EXPECT_EQ(syncs, 0);
    clock.use(clock_start + 20s);
    run(20s, 23400ms, 10ms);
    EXPECT_EQ(left_after(20s), 9800ms);
    EXPECT_EQ(syncs, 4);
}

TEST_F(LeaseRounds, WritesOfTheUserReplaceSyncs) {
    clock.use(clock_start);
    for (auto time = 0ms; time < 30s; time += 50ms) {
        confirmed(time, time + 5ms);
        run(time, time + 50ms, 10ms);
    }
    EXPECT_LE(syncs, 2);
}

TEST_F(LeaseRounds, ASyncForWhichThereIsNoRoomIsTriedAgain) {
    clock.use(clock_start);
    ASSERT_TRUE(clock.wants_sync(clock_start));
    clock.sync_sent(0, clock_start);
    EXPECT_FALSE(clock.wants_sync(clock_start));
    EXPECT_GT(clock.next_sync(), clock_start);
    EXPECT_LT(clock.next_sync(), clock_start + 1s);
    EXPECT_TRUE(clock.wants_sync(clock.next_sync()));
}

}  // namespace
}  // namespace kazoo::session
