// SPDX-License-Identifier: Apache-2.0
// Several threads that wait for one result, with waiters controlled by the test.
#include "support/wait_until.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using kazoo::Promise;
using namespace std::chrono_literals;

/// Its waiters sleep until the test sets `over`, and count sleeping threads and notifications.
class SleepyHandler final : public kazoo::Handler {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "sleepy_handler"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(kazoo::Lane, kazoo::Task task) override { task(); }
    [[nodiscard]] std::shared_ptr<kazoo::Waiter> waiter() override {
        return std::make_shared<Sleeper>(*this);
    }
    void start() override {}
    void stop() override {}
    [[nodiscard]] bool running() const noexcept override { return true; }

    std::atomic<int> asleep{0};
    std::atomic<int> notified{0};
    std::atomic<bool> over{false};

private:
    class Sleeper final : public kazoo::Waiter {
    public:
        explicit Sleeper(SleepyHandler& handler) : handler_(handler) {}
        void wait_until(kazoo::TimePoint) override {
            ++handler_.asleep;
            handler_.over.wait(false);
        }
        void notify() noexcept override { ++handler_.notified; }

    private:
        SleepyHandler& handler_;
    };
};

TEST(AsyncResultSleepers, AreAllNotified) {
    const auto handler = std::make_shared<SleepyHandler>();
    Promise<int> promise(handler);
    const auto result = promise.result();
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&result] { EXPECT_EQ(result.get(), 5); });
    }
    EXPECT_TRUE(kazoo::testing_support::wait_until([&] { return handler->asleep == 3; }, 10s));
    promise.set(5);
    EXPECT_EQ(handler->notified, 3);
    handler->over = true;
    handler->over.notify_all();
    for (auto& thread : threads) thread.join();
}

}  // namespace
