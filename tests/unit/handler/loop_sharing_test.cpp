// SPDX-License-Identifier: Apache-2.0
// Callers that run the loop of a SequentialThreadingHandler while they wait.
#include "base/driven_loop.hpp"
#include "support/lanes.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kazoo::Event;
using kazoo::SequentialThreadingHandler;
using namespace std::chrono_literals;

constexpr auto patience = 1min;

class LoopSharing : public testing::Test {
protected:
    void SetUp() override { handler_->start(); }
    void TearDown() override { handler_->stop(); }

    /// Waits until the loop has run `task`; returns the thread in which it ran.
    template <class Function>
    std::thread::id in_loop(Function task) {
        Event done(handler_);
        std::thread::id thread;
        boost::asio::post(handler_->executor(), [&, done, task = std::move(task)] {
            task();
            thread = std::this_thread::get_id();
            done.set();
        });
        EXPECT_TRUE(done.wait(patience));
        return thread;
    }
    /// Waits again and again, until the loop runs `task` in this thread.
    template <class Function>
    [[nodiscard]] bool in_own_thread(Function task) {
        const auto here = std::this_thread::get_id();
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            const auto only_here = [&] {
                if (std::this_thread::get_id() == here) {
                    task();
                }
            };
            if (in_loop(only_here) == here) {
                return true;
            }
        }
        return false;
    }

    std::shared_ptr<SequentialThreadingHandler> handler_ =
        std::make_shared<SequentialThreadingHandler>();
};

TEST_F(LoopSharing, ACallerThatWaitsAgainAndAgainRunsTheLoop) {
    EXPECT_TRUE(in_own_thread([] {}));
}

TEST_F(LoopSharing, TheConnectionThreadContinuesAfterTheLastWait) {
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(in_own_thread([] {}));
        Event done;  // waits without the handler
        std::thread::id thread;
        boost::asio::post(handler_->executor(), [&, done] {
            thread = std::this_thread::get_id();
            done.set();
        });
        ASSERT_TRUE(done.wait(patience));
        EXPECT_NE(thread, std::this_thread::get_id());
    }
}

TEST_F(LoopSharing, ItContinuesAfterALongWait) {
    ASSERT_TRUE(in_own_thread([] {}));
    EXPECT_FALSE(Event(handler_).wait(20ms));
    Event done;
    boost::asio::post(handler_->executor(), [done] { done.set(); });
    EXPECT_TRUE(done.wait(patience));
}

TEST_F(LoopSharing, AnotherThreadEndsAWaitThatRunsTheLoop) {
    for (int round = 0; round < 20; ++round) {
        ASSERT_TRUE(in_own_thread([] {}));
        Event done(handler_);
        std::thread other([&] {
            Event ran;
            boost::asio::post(handler_->executor(), [ran] { ran.set(); });
            EXPECT_TRUE(ran.wait(patience));
            done.set();
        });
        EXPECT_TRUE(done.wait(patience));
        other.join();
    }
}

TEST_F(LoopSharing, AWaitThatRunsTheLoopEndsInTime) {
    ASSERT_TRUE(in_own_thread([] {}));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(Event(handler_).wait(30ms));
    const auto passed = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(passed, 30ms);
    EXPECT_LT(passed, patience);
}

TEST_F(LoopSharing, WhatRunsInACallerMustNotBlock) {
    bool refused = false;
    ASSERT_TRUE(in_own_thread([&] {
        try {
            Event(handler_).wait(1ms);
        } catch (const kazoo::WouldDeadlockError&) {
            refused = true;
        }
    }));
    EXPECT_TRUE(refused);
    EXPECT_FALSE(Event(handler_).wait(1ms)) << "the caller itself may wait";
}

TEST_F(LoopSharing, WhatRunsInACallerIsNotBoundedByItsDeadline) {
    const kazoo::detail::DeadlineScope bound(std::chrono::steady_clock::now() + 2 * patience);
    auto present = kazoo::TimePoint::min();
    ASSERT_TRUE(in_own_thread([&] { present = kazoo::detail::DeadlineScope::present(); }));
    EXPECT_EQ(present, kazoo::TimePoint::max());
    EXPECT_LT(kazoo::detail::DeadlineScope::present(), kazoo::TimePoint::max());
}

TEST_F(LoopSharing, WhatRunsInACallerMayWaitForAnotherLoop) {
    const auto other = std::make_shared<SequentialThreadingHandler>();
    other->start();
    for (int round = 0; round < 100; ++round) {
        ASSERT_TRUE(in_own_thread([&] {
            Event answered(other);
            boost::asio::post(other->executor(), [answered] { answered.set(); });
            EXPECT_TRUE(answered.wait(patience));
        }));
    }
    other->stop();
}

TEST_F(LoopSharing, AnExceptionThatEscapesFromAHandlerIsSurvived) {
    ASSERT_TRUE(in_own_thread([] {}));
    boost::asio::post(handler_->executor(), [] { throw std::bad_alloc(); });
    EXPECT_TRUE(in_own_thread([] {}));
}

TEST_F(LoopSharing, SeveralCallersAreAllServed) {
    constexpr int callers = 4;
    constexpr int waits = 300;
    std::atomic<int> served{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) {
        threads.emplace_back([&] {
            for (int wait = 0; wait < waits; ++wait) {
                in_loop([&] { ++served; });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(served, callers * waits);
}

/// Work that sets the event, and notes in which thread.
class Noted {
public:
    explicit Noted(Event done) : done_(std::move(done)) {}
    /// Puts it off, if this thread is the next to run the loop.
    [[nodiscard]] bool put() {
        const auto* const driven = kazoo::base::driven_loop();
        kazoo::base::LoopWork work{nullptr, run, [this] {
                                       thread_ = std::this_thread::get_id();
                                       done_.set();
                                   }};
        return driven->put(driven->loop, work);
    }
    [[nodiscard]] std::thread::id thread() const { return thread_; }

private:
    static void run(const std::shared_ptr<void>&, kazoo::Task& task) noexcept { task(); }

    Event done_;
    std::thread::id thread_;
};

TEST_F(LoopSharing, ACallerDoesWhatItHasPutOff) {
    bool put = false;
    std::thread::id thread;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         thread != std::this_thread::get_id() && std::chrono::steady_clock::now() < end;) {
        ASSERT_TRUE(in_own_thread([] {}));
        Event done(handler_);
        Noted work(done);
        put = work.put();
        if (put) {
            EXPECT_TRUE(done.wait(patience));
            thread = work.thread();
        }
    }
    EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST_F(LoopSharing, TheConnectionThreadDoesItIfTheCallerDoesNotReturn) {
    bool put = false;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         !put && std::chrono::steady_clock::now() < end;) {
        ASSERT_TRUE(in_own_thread([] {}));
        Event done;  // waits without the handler
        Noted work(done);
        put = work.put();
        if (put) {
            EXPECT_TRUE(done.wait(patience));
            EXPECT_NE(work.thread(), std::this_thread::get_id());
        }
    }
    EXPECT_TRUE(put);
}

TEST_F(LoopSharing, AStopDoesNotLoseIt) {
    bool put = false;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         !put && std::chrono::steady_clock::now() < end;) {
        ASSERT_TRUE(in_own_thread([] {}));
        Event done;
        Noted work(done);
        put = work.put();
        handler_->stop();
        EXPECT_EQ(done.is_set(), put);
        handler_->start();
    }
    EXPECT_TRUE(put);
}

TEST_F(LoopSharing, NothingIsPutOffWhileTheConnectionThreadRunsTheLoop) {
    ASSERT_TRUE(in_own_thread([] {}));
    Event ran;  // waits without the handler, so that the connection thread continues
    boost::asio::post(handler_->executor(), [ran] { ran.set(); });
    ASSERT_TRUE(ran.wait(patience));
    Noted work((Event()));
    EXPECT_FALSE(work.put());
}

/// A connection on which bytes arrive all the time.
struct BusyConnection final : kazoo::base::DirectReader {
    bool read_within(std::chrono::nanoseconds) noexcept override {
        ++reads;
        std::this_thread::sleep_for(50us);
        return true;
    }
    std::atomic<int> reads{0};
};

TEST_F(LoopSharing, WhatOthersPostRunsWhileACallerReadsDirectly) {
    const auto connection = std::make_shared<BusyConnection>();
    const auto here = std::this_thread::get_id();
    bool read = false;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         !read && std::chrono::steady_clock::now() < end;) {
        ASSERT_TRUE(in_own_thread([] {}));
        Event done(handler_);
        int reads_at_the_end = 0;
        const auto end_it = [&, done] {
            reads_at_the_end = connection->reads;
            done.set();
        };
        std::thread other;
        boost::asio::post(handler_->executor(), [&] {
            if (std::this_thread::get_id() != here) {
                return end_it();
            }
            auto* const driven = kazoo::base::driven_loop();
            driven->connection = connection;
            driven->sent = true;
            other = std::thread([&] {
                while (connection->reads < 5) std::this_thread::yield();
                boost::asio::post(handler_->executor(), end_it);
            });
        });
        EXPECT_TRUE(done.wait(patience));
        if (other.joinable()) {
            other.join();
            EXPECT_EQ(connection->reads, reads_at_the_end) << "the wait was over";
            read = true;
        }
    }
    EXPECT_TRUE(read);
}

TEST_F(LoopSharing, AStopDoesNotWaitForACallerThatRunsTheLoop) {
    Event never(handler_);
    std::atomic<bool> waits{false};
    std::thread caller([&] {
        EXPECT_TRUE(in_own_thread([] {}));
        boost::asio::post(handler_->executor(), [&] { waits = true; });
        EXPECT_TRUE(never.wait(patience));
    });
    while (!waits) std::this_thread::yield();
    handler_->stop();
    EXPECT_FALSE(handler_->running());
    never.set();
    caller.join();
    handler_->start();  // serves again
    in_loop([] {});
}

}  // namespace
