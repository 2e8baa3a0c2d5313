// SPDX-License-Identifier: Apache-2.0
#include "base/follow_ups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace kazoo::base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FollowUpsTest : public testing::Test {
protected:
    bool add(const void* loop, std::function<void()> function) {
        LoopWork work{nullptr, run_task, std::move(function)};
        return FollowUps::add(loop, work);
    }
    /// Adds work that appends `number` to order_.
    bool add(int number) {
        return add(&loop_, [this, number] { order_.push_back(number); });
    }
    static void run_task(const std::shared_ptr<void>&, Task& task) noexcept { task(); }

    const int loop_ = 0;
    std::vector<int> order_;
};

TEST_F(FollowUpsTest, WorkFollowsTheHandlerInOrder) {
    FollowUps scope(&loop_);
    EXPECT_TRUE(add(1));
    EXPECT_TRUE(add(2));
    EXPECT_THAT(order_, IsEmpty());
    scope.run();
    EXPECT_THAT(order_, ElementsAre(1, 2));
    scope.run();
    EXPECT_THAT(order_, ElementsAre(1, 2));
}

TEST_F(FollowUpsTest, WorkMayAddWork) {
    FollowUps scope(&loop_);
    EXPECT_TRUE(add(&loop_, [this] {
        EXPECT_TRUE(add(3));
        order_.push_back(1);
    }));
    EXPECT_TRUE(add(2));
    scope.run();
    EXPECT_THAT(order_, ElementsAre(1, 2, 3));
}

TEST_F(FollowUpsTest, WorkIsRefusedOutsideOfAHandlerOfTheLoop) {
    const int other = 0;
    const auto held = std::make_shared<int>(1);
    LoopWork work{held, run_task, [this] { order_.push_back(1); }};
    EXPECT_FALSE(FollowUps::add(&loop_, work));
    {
        FollowUps none(nullptr);
        EXPECT_FALSE(FollowUps::add(&loop_, work));
        EXPECT_FALSE(FollowUps::add(nullptr, work));
        none.run();
    }
    FollowUps scope(&loop_);
    EXPECT_FALSE(FollowUps::add(&other, work));
    {
        const FollowUps inner(&other);
        EXPECT_FALSE(FollowUps::add(&loop_, work));
    }
    EXPECT_EQ(work.owner, held) << "was refused, and so is unchanged";
    EXPECT_TRUE(FollowUps::add(&loop_, work));
    scope.run();
    EXPECT_THAT(order_, ElementsAre(1));
    EXPECT_EQ(held.use_count(), 1 + (work.owner != nullptr ? 1 : 0));
}

TEST_F(FollowUpsTest, OnlyALittleWorkIsTaken) {
    FollowUps scope(&loop_);
    std::function<void()> endless;
    int done = 0;
    bool refused = false;
    endless = [&] {
        ++done;
        refused = !add(&loop_, endless);
    };
    EXPECT_TRUE(add(&loop_, endless));
    scope.run();
    EXPECT_TRUE(refused);
    EXPECT_GT(done, 2);
    EXPECT_LT(done, 20);
}

TEST_F(FollowUpsTest, AHandlerWithinAHandlerLeavesTheWorkToTheOuterOne) {
    FollowUps outer(&loop_);
    {
        FollowUps inner(&loop_);
        EXPECT_TRUE(add(1));
        inner.run();
    }
    EXPECT_THAT(order_, IsEmpty());
    outer.run();
    EXPECT_THAT(order_, ElementsAre(1));
}

TEST_F(FollowUpsTest, ALoopThatRunsWithinTheWorkDoesWhatIsLeft) {
    FollowUps scope(&loop_);
    EXPECT_TRUE(add(&loop_, [this] {
        EXPECT_TRUE(add(3));
        FollowUps inner(&loop_);  // as if the work ran the loop, and the loop a handler
        EXPECT_TRUE(add(4));
        inner.run();
        EXPECT_THAT(order_, ElementsAre(2, 3, 4));
        order_.push_back(5);
    }));
    EXPECT_TRUE(add(2));
    scope.run();
    EXPECT_THAT(order_, ElementsAre(2, 3, 4, 5));
}

}  // namespace
}  // namespace kazoo::base
