// SPDX-License-Identifier: Apache-2.0
// Lanes that cannot allocate memory for a task: the task is rejected, and the lane continues.
#include "handler/strand_lane.hpp"
#include "handler/task_queue.hpp"
#include "support/allocations/allocations.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <new>

namespace kazoo::handler {
namespace {

using testing_support::Shortage;

/// Pushes tasks while one allocation fails; returns the number of tasks accepted.
template <class Push>
int push_some(long nth, Push&& push) {
    int taken = 0;
    const Shortage shortage(nth);
    for (int i = 0; i < 5; ++i) {
        try {
            push();
            ++taken;
        } catch (const std::bad_alloc&) {
            continue;
        }
    }
    return taken;
}

TEST(LaneMemoryTest, AStrandLaneRunsAcceptedTasks) {
    for (long nth = 1; nth < 12; ++nth) {
        boost::asio::io_context loop;
        const auto lane = std::make_shared<StrandLane>(loop.get_executor());
        int ran = 0;
        int taken = push_some(nth, [&] { lane->push([&ran] { ++ran; }); });
        lane->push([&ran] { ++ran; });
        ++taken;
        loop.run();
        EXPECT_EQ(ran, taken) << nth;
        EXPECT_GE(taken, 5);
    }
}

TEST(LaneMemoryTest, AStrandLaneOfAPoolRunsAcceptedTasks) {
    for (long nth = 1; nth < 12; ++nth) {
        boost::asio::thread_pool pool(1);
        const auto lane = std::make_shared<StrandLane>(pool.get_executor());
        std::atomic<int> ran{0};
        int taken = push_some(nth, [&] { lane->push([&ran] { ++ran; }); });
        lane->push([&ran] { ++ran; });
        ++taken;
        pool.join();
        EXPECT_EQ(ran, taken) << nth;
    }
}

TEST(LaneMemoryTest, ATaskQueueRunsAcceptedTasks) {
    for (long nth = 1; nth < 6; ++nth) {
        TaskQueue<std::condition_variable> queue;
        EXPECT_TRUE(queue.open());
        int ran = 0;
        const int taken = push_some(nth, [&] {
            Task task([&ran] { ++ran; });
            EXPECT_TRUE(queue.push(task));
        });
        queue.finish();
        queue.serve();
        EXPECT_EQ(ran, taken) << nth;
    }
}

}  // namespace
}  // namespace kazoo::handler
