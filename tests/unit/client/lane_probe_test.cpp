// SPDX-License-Identifier: Apache-2.0
// How long callbacks wait for their lanes, on a clock and lanes that the test moves.
#include "client/lane_probe.hpp"

#include "queued_lanes.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace kazoo::detail::client {
namespace {

using namespace std::chrono_literals;

class LaneProbeTest : public testing::Test {
protected:
    /// The tasks own the handler.
    void TearDown() override { handler->tasks = {}; }

    /// Replies arrive whose callbacks have been dispatched.
    void replies() {
        probe->note(Lane::completion);
        probe->look(handler, handler->time);
    }
    [[nodiscard]] LaneMetrics of(Lane lane) const { return probe->of(lane, handler->time); }

    std::shared_ptr<QueuedLanes> handler = std::make_shared<QueuedLanes>();
    std::shared_ptr<LaneProbe> probe = std::make_shared<LaneProbe>();
};

TEST_F(LaneProbeTest, TheTimeOnASlowLaneIsMeasured) {
    replies();
    EXPECT_EQ(handler->run(Lane::completion, 30ms), 1U);
    EXPECT_EQ(of(Lane::completion).wait.count(), 1U);
    EXPECT_EQ(of(Lane::completion).wait.sum(), 30ms);
    EXPECT_EQ(of(Lane::completion).waiting, 0ms);
}

TEST_F(LaneProbeTest, LanesAreMeasuredApart) {
    replies();
    EXPECT_EQ(handler->run(Lane::callback, 0ms), 0U);
    EXPECT_EQ(handler->run(Lane::session, 0ms), 0U);
    probe->note(Lane::callback);
    probe->look(handler, handler->time);
    EXPECT_EQ(handler->run(Lane::callback, 5ms), 1U);
    EXPECT_EQ(of(Lane::callback).wait.sum(), 5ms);
    EXPECT_EQ(of(Lane::completion).wait.count(), 0U);
    EXPECT_EQ(of(Lane::completion).waiting, 5ms);
}

TEST_F(LaneProbeTest, ABusyLaneGetsATaskEvery100Milliseconds) {
    std::size_t tasks = 0;
    for (int i = 0; i < 1000; ++i) {
        replies();
        tasks += handler->run(Lane::completion, 1ms);
    }
    EXPECT_EQ(tasks, 10U);
}

TEST_F(LaneProbeTest, AnIdleLaneGetsNone) {
    replies();
    EXPECT_EQ(handler->run(Lane::completion, 1s), 1U);
    probe->look(handler, handler->time);
    EXPECT_EQ(handler->run(Lane::completion, 1s), 0U);
}

TEST_F(LaneProbeTest, ALaneThatStandsStillGetsOneTaskAndShowsHowLong) {
    for (int i = 0; i < 10; ++i) {
        replies();
        handler->time += 1s;
    }
    EXPECT_EQ(of(Lane::completion).waiting, 10s);
    EXPECT_EQ(of(Lane::completion).wait.count(), 0U);
    EXPECT_EQ(handler->run(Lane::completion, 0s), 1U);
    EXPECT_EQ(of(Lane::completion).wait.max(), 10s);
    replies();
    EXPECT_EQ(handler->run(Lane::completion, 0s), 1U);
}

TEST_F(LaneProbeTest, ATaskForWhichThereIsNoMemoryIsNotWaitedFor) {
    handler->short_of_memory = true;
    replies();
    EXPECT_EQ(of(Lane::completion).waiting, 0s);
    handler->time += 1s;
    replies();
    EXPECT_EQ(handler->run(Lane::completion, 1ms), 1U);
}

TEST_F(LaneProbeTest, TheTimeBeforeTheTaskIsQueuedDoesNotCount) {
    probe->note(Lane::completion);
    probe->look(handler, TimePoint());  // the last input was long ago
    EXPECT_EQ(handler->run(Lane::completion, 1ms), 1U);
    EXPECT_EQ(of(Lane::completion).wait.sum(), 1ms);
}

TEST_F(LaneProbeTest, ATaskMayOutliveTheClient) {
    replies();
    probe.reset();
    EXPECT_EQ(handler->run(Lane::completion, 1ms), 1U);
}

}  // namespace
}  // namespace kazoo::detail::client
