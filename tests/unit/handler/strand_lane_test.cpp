// SPDX-License-Identifier: Apache-2.0
// Lanes on a loop whose handlers do their follow-up work themselves.
#include "handler/strand_lane.hpp"

#include "base/follow_ups.hpp"
#include "support/allocations/allocations.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::handler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StrandLaneTest : public testing::Test {
protected:
    /// Runs a handler of the loop that has a scope for follow-up work.
    void run_handler(const std::function<void()>& handler) {
        bool ran = false;
        boost::asio::post(loop_, [&] {
            base::FollowUps follow_ups(&loop_);
            handler();
            follow_ups.run();
            ran = true;
        });
        loop_.restart();
        while (!ran) {
            ASSERT_EQ(loop_.run_one(), 1U);
        }
    }
    void push(int number) {
        lane_->push([this, number] { order_.push_back(number); });
    }

    boost::asio::io_context loop_;
    const std::shared_ptr<StrandLane> lane_ = std::make_shared<StrandLane>(loop_.get_executor());
    std::vector<int> order_;
};

TEST(StrandLaneLifeTest, TasksAreDestroyedWithALoopThatAnExceptionDestroys) {
    const auto owned = std::make_shared<int>();
    std::shared_ptr<StrandLane> lane;
    try {
        boost::asio::io_context loop;
        lane = std::make_shared<StrandLane>(loop.get_executor());
        lane->push([owned] {});
        throw std::runtime_error("the loop is destroyed");
    } catch (const std::runtime_error&) {
    }
    EXPECT_EQ(owned.use_count(), 1);
}

TEST_F(StrandLaneTest, TasksFollowTheHandlerThatQueuesThem) {
    run_handler([this] {
        push(1);
        push(2);
        EXPECT_THAT(order_, IsEmpty());
    });
    EXPECT_THAT(order_, ElementsAre(1, 2));
    EXPECT_TRUE(lane_->wait_idle(std::chrono::milliseconds(0)));
}

TEST_F(StrandLaneTest, ATaskDoesNotRunWithinATask) {
    run_handler([this] {
        lane_->push([this] {
            push(2);
            base::FollowUps inner(&loop_);  // as if the task ran the loop
            inner.run();
            order_.push_back(1);
        });
    });
    EXPECT_THAT(order_, ElementsAre(1, 2));
}

TEST_F(StrandLaneTest, WaitingTasksComeFirst) {
    push(1);
    run_handler([this] { push(2); });
    loop_.poll();
    EXPECT_THAT(order_, ElementsAre(1, 2));
}

TEST_F(StrandLaneTest, ALaneOnAStrandDoesNotLeaveIt) {
    const auto strand = boost::asio::make_strand(loop_);
    const auto lane = std::make_shared<StrandLane>(strand);
    bool on_strand = false;
    run_handler([&] { lane->push([&] { on_strand = strand.running_in_this_thread(); }); });
    loop_.poll();
    EXPECT_TRUE(on_strand);
}

TEST_F(StrandLaneTest, TheLoopHasItsTurnWhileTasksFollowOneAnother) {
    bool ended = false;
    bool had_turn = false;
    int tasks = 0;
    std::function<void()> endless = [&] {
        if (++tasks < 10'000'000 && !had_turn) {
            lane_->push([&] { endless(); });
        } else {
            ended = true;
        }
    };
    run_handler([&] {
        boost::asio::post(loop_, [&] { had_turn = true; });
        lane_->push([&] { endless(); });
    });
    EXPECT_GT(tasks, 0);
    EXPECT_FALSE(had_turn);
    while (!ended) {
        loop_.poll_one();
    }
    EXPECT_TRUE(had_turn);
}

TEST_F(StrandLaneTest, OtherThreadsPost) {
    run_handler([this] {
        std::thread([this] { push(1); }).join();
        EXPECT_THAT(order_, IsEmpty());
    });
    loop_.poll();
    EXPECT_THAT(order_, ElementsAre(1));
}

TEST_F(StrandLaneTest, WakingALaneAllocatesNothing) {
    for (int i = 0; i < 2; ++i) {  // the lane has two queues
        run_handler([this] {
            push(1);
            push(2);
        });
    }
    order_.clear();
    run_handler([this] {
        const testing_support::Shortage shortage(1, 1000);
        push(1);  // the task fits into its function object, and the queue has room
        EXPECT_FALSE(shortage.met());
    });
    EXPECT_THAT(order_, ElementsAre(1));
}

}  // namespace
}  // namespace kazoo::handler
