// SPDX-License-Identifier: Apache-2.0
#include "support/manual_handler.hpp"
#include "support/wait_until.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace {

using kazoo::Event;
using kazoo::testing_support::wait_until;
using namespace std::chrono_literals;

/// Counts the waits that have started, which see everything that happens afterwards.
class CountedWaits final : public kazoo::Handler {
public:
    std::string_view name() const noexcept override { return "counted_waits"; }
    boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(kazoo::Lane, kazoo::Task) override {}
    std::shared_ptr<kazoo::Waiter> waiter() override { return std::make_shared<Counted>(*this); }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }

    std::atomic<int> waits{0};

private:
    class Counted final : public kazoo::Waiter {
    public:
        explicit Counted(CountedWaits& handler) : handler_(handler) {}
        void wait_until(kazoo::TimePoint deadline) override {
            ++handler_.waits;
            waiter_->wait_until(deadline);
        }
        void notify() noexcept override { waiter_->notify(); }

    private:
        CountedWaits& handler_;
        std::shared_ptr<kazoo::Waiter> waiter_ = kazoo::detail::thread_waiter();
    };
};

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

TEST(Event, WakesAllWaiters) {
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

// As in Python, setting an event wakes all waiters even if it is cleared at once.
TEST(Event, WakesAllWaitersOfAPulse) {
    constexpr int waiters = 20;
    for (int round = 0; round < 50; ++round) {
        const auto handler = std::make_shared<CountedWaits>();
        Event event(handler);
        std::atomic<int> woken{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < waiters; ++i) {
            threads.emplace_back([event, &woken] { woken += event.wait(10s) ? 1 : 0; });
        }
        ASSERT_TRUE(wait_until([&] { return handler->waits == waiters; }, 1min));
        event.set();
        event.clear();
        ASSERT_TRUE(wait_until([&] { return woken == waiters; }, 1min)) << woken << " were woken";
        for (auto& thread : threads) thread.join();
        EXPECT_FALSE(event.is_set());
    }
}

TEST(Event, IsNotSetForWaitersAfterAPulse) {
    Event event;
    event.set();
    event.clear();
    EXPECT_FALSE(event.wait(1ms));
}

TEST(Event, IsWaitedForWithoutBlocking) {
    Event event;
    const auto first = event.wait_async();
    const auto second = event.wait_async();
    EXPECT_FALSE(first.ready());
    event.set();
    event.clear();
    EXPECT_TRUE(first.successful() && second.successful()) << "a pulse is enough";
    EXPECT_FALSE(event.wait_async().ready());
    event.set();
    EXPECT_TRUE(event.wait_async().successful());
}

TEST(Event, EndsAsynchronousWaitsWhenCancelledOrDestroyed) {
    std::optional<Event> event(std::in_place);
    const auto cancelled = event->wait_async();
    const auto by_owner = event->wait_async();
    EXPECT_TRUE(by_owner.cancel());
    EXPECT_FALSE(by_owner.cancel());
    EXPECT_FALSE(cancelled.ready()) << "another wait";
    event->cancel();
    EXPECT_EQ(cancelled.result().error(), kazoo::ClientErrc::cancelled);
    EXPECT_EQ(event->wait_async().result().error(), kazoo::ClientErrc::cancelled);
    event->clear();
    const auto gone = event->wait_async();
    event.reset();
    EXPECT_EQ(gone.result().error(), kazoo::ClientErrc::cancelled);
    EXPECT_FALSE(gone.cancel());
}

// A callback of one wait may wait again or destroy the event.
TEST(Event, MayBeUsedInItsCallbacks) {
    auto event = std::make_unique<Event>();
    kazoo::AsyncResult<> again;
    event->wait_async().rawlink([&](const auto&) {
        event->clear();
        again = event->wait_async();
        event.reset();
    });
    event->set();
    EXPECT_EQ(event, nullptr);
    EXPECT_EQ(again.result().error(), kazoo::ClientErrc::cancelled);
}

TEST(Event, CancelEndsAllWaits) {
    for (int round = 0; round < 100; ++round) {
        Event event;
        std::vector<std::thread> threads;
        threads.emplace_back([event] { EXPECT_FALSE(event.wait(1min)); });
        threads.emplace_back([event] { EXPECT_FALSE(event.wait()); });
        event.cancel();
        for (auto& thread : threads) thread.join();
        EXPECT_FALSE(event.wait()) << "later waits as well";
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

TEST(Event, WaitsWithTheHandlersWaiter) {
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
    EXPECT_TRUE(event.wait(1h));  // woken early twice: waits again
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
