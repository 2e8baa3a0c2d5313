#include "support/manual_handler.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace {

using kazoo::Event;
using namespace std::chrono_literals;

TEST(Event, IsAFlag) {
    Event event;
    EXPECT_FALSE(event.is_set());
    EXPECT_FALSE(event.wait(0s));
    EXPECT_FALSE(event.wait(-1s));
    EXPECT_FALSE(event.wait(1ms));
    event.set();
    EXPECT_TRUE(event.is_set());
    EXPECT_TRUE(event.wait(0s));
    event.wait();
    event.set();
    EXPECT_TRUE(event.is_set());
    event.clear();
    EXPECT_FALSE(event.is_set());
    EXPECT_FALSE(event.wait(0s));
}

TEST(Event, IsSharedByItsCopies) {
    Event event;
    const Event copy = event;
    event.set();
    EXPECT_TRUE(copy.is_set());
}

TEST(Event, WakesAllWhoWait) {
    for (int round = 0; round < 100; ++round) {
        Event event;
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([event] { EXPECT_TRUE(event.wait(1min)); });
        }
        threads.emplace_back([event] { event.wait(); });
        event.set();
        for (auto& thread : threads) thread.join();
    }
}

TEST(Event, CanBeSetAgain) {
    Event ping;
    Event pong;
    std::thread other([ping, pong]() mutable {
        for (int i = 0; i < 1000; ++i) {
            ping.wait();
            ping.clear();
            pong.set();
        }
    });
    for (int i = 0; i < 1000; ++i) {
        ping.set();
        ASSERT_TRUE(pong.wait(1min));
        pong.clear();
    }
    other.join();
}

TEST(Event, CancelEndsAllWaitsThatCannotSucceed) {
    for (int round = 0; round < 100; ++round) {
        Event event;
        std::vector<std::thread> threads;
        threads.emplace_back([event] { EXPECT_FALSE(event.wait(1min)); });
        threads.emplace_back([event] { EXPECT_FALSE(event.wait()); });
        event.cancel();
        for (auto& thread : threads) thread.join();
        EXPECT_FALSE(event.wait()) << "those to come as well";
        EXPECT_FALSE(event.is_set());
    }
}

TEST(Event, CanBeWaitedForAgainAfterACancel) {
    Event event;
    event.cancel();
    event.set();
    EXPECT_TRUE(event.wait());
    event.cancel();
    EXPECT_TRUE(event.wait()) << "it is set";
    event.clear();
    EXPECT_FALSE(event.wait(1ms));
    std::thread waiting([event] { EXPECT_TRUE(event.wait()); });
    event.set();
    waiting.join();
}

TEST(Event, WaitsTheHandlersWay) {
    class Counting final : public kazoo::Waiter {
    public:
        void wait_until(kazoo::TimePoint) override {
            if (++waits == 3) event->set();
        }
        void notify() noexcept override {}
        int waits = 0;
        Event* event = nullptr;
    };
    class CountingHandler final : public kazoo::Handler {
    public:
        std::string_view name() const noexcept override { return "counting_handler"; }
        boost::asio::any_io_executor executor() override { return {}; }
        void dispatch(kazoo::Lane, kazoo::Task) override {}
        std::shared_ptr<kazoo::Waiter> waiter() override { return counting; }
        void start() override {}
        void stop() override {}
        bool running() const noexcept override { return true; }
        std::shared_ptr<Counting> counting = std::make_shared<Counting>();
    };
    const auto handler = std::make_shared<CountingHandler>();
    Event event(handler);
    handler->counting->event = &event;
    EXPECT_TRUE(event.wait(1h));  // woken early twice: looks again
    EXPECT_EQ(handler->counting->waits, 3);
}

TEST(Event, IsNotWaitedForInStateListeners) {
    kazoo::testing_support::ManualHandler handler;
    Event event;
    const kazoo::detail::LaneScope listener(handler, kazoo::Lane::session);
    EXPECT_THROW(event.wait(1h), kazoo::WouldDeadlockError);
    EXPECT_THROW(event.wait(), kazoo::WouldDeadlockError);
    EXPECT_FALSE(event.wait(0s));  // does not block
    event.set();
    EXPECT_TRUE(event.wait(1h));
}

}  // namespace
