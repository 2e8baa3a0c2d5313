// SPDX-License-Identifier: Apache-2.0
// How connections wait on a thread that schedules fibers.
#include "one_thread.hpp"

#include <kazoo/handlers/fiber_scheduling.hpp>

#include <boost/fiber/algo/shared_work.hpp>
#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/mutex.hpp>

#include <ctime>

namespace kazoo::testing_support {
namespace {

using boost::fibers::algo::round_robin;

/// Counts how often the thread went to sleep.
class CountingAlgorithm : public round_robin {
public:
    static inline thread_local int sleeps = 0;
    void suspend_until(const std::chrono::steady_clock::time_point& deadline) noexcept override {
        ++sleeps;
        round_robin::suspend_until(deadline);
    }
};

std::chrono::nanoseconds cpu_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void use_client() {
    FiberClient client;
    client.zk.create("/a", "data");
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(client.zk.get("/a").data, "data");
    }
}

TEST(FiberSchedulingTest, AnOwnAlgorithmIsKept) {
    in_new_thread([] {
        boost::fibers::use_scheduling_algorithm<CountingAlgorithm>();
        use_client();
        CountingAlgorithm::sleeps = 0;
        boost::this_fiber::sleep_for(1ms);
        EXPECT_GT(CountingAlgorithm::sleeps, 0);
    });
}

TEST(FiberSchedulingTest, AnOwnAlgorithmMayWaitForConnections) {
    in_new_thread([] {
        boost::fibers::use_scheduling_algorithm<ConnectionScheduling<CountingAlgorithm>>();
        const auto before = CountingAlgorithm::sleeps;
        use_client();
        EXPECT_EQ(CountingAlgorithm::sleeps, before) << "the thread waited for something else";
    });
}

TEST(FiberSchedulingTest, FibersMayMoveToOtherThreads) {
    in_new_thread([] {
        boost::fibers::use_scheduling_algorithm<
            ConnectionScheduling<boost::fibers::algo::shared_work>>(true);
        boost::fibers::mutex mutex;
        boost::fibers::condition_variable_any changed;
        bool over = false;
        std::thread helper([&] {
            boost::fibers::use_scheduling_algorithm<
                ConnectionScheduling<boost::fibers::algo::shared_work>>(true);
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return over; });
        });
        {
            FiberClient client;
            std::vector<boost::fibers::fiber> fibers;
            std::atomic<int> done{0};
            for (int i = 0; i < 50; ++i) {
                fibers.emplace_back([&] { done += client.zk.exists("/") ? 1 : 0; });
            }
            for (auto& fiber : fibers) {
                fiber.join();
            }
            EXPECT_EQ(done, 50);
        }
        {
            const std::lock_guard lock(mutex);
            over = true;
            changed.notify_all();
        }
        helper.join();
    });
}

TEST(FiberSchedulingTest, AnIdleThreadSleeps) {
    in_new_thread([] {
        FiberClient client;
        const auto before = cpu_time();
        boost::this_fiber::sleep_for(500ms);
        // Apart from pings the thread is idle; polling would use all of the time.
        EXPECT_LT(cpu_time() - before, 250ms);
    });
}

TEST(FiberSchedulingTest, ShortSleepsBesideAConnectionEndInTime) {
    in_new_thread([] {
        FiberClient client;
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 200; ++i) {
            boost::this_fiber::sleep_for(100us);
        }
        // Not rounded up to a tick of the poller's clock, nor to the next ping.
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
    });
}

TEST(FiberSchedulingTest, AFiberWokenByAnotherThreadRunsAtOnce) {
    in_new_thread([] {
        FiberClient client;
        for (int i = 0; i < 20; ++i) {
            Promise<int> promise(client.handler);
            auto result = promise.result();
            std::thread other([&] { promise.set(1); });
            const auto begin = std::chrono::steady_clock::now();
            EXPECT_EQ(result.get(patience), 1);
            EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
            other.join();
        }
    });
}

}  // namespace
}  // namespace kazoo::testing_support
