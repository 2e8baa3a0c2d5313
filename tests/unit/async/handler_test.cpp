// SPDX-License-Identifier: Apache-2.0
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>

namespace {

using kazoo::AsyncResult;
using kazoo::Lane;
using kazoo::Promise;
using kazoo::WouldDeadlockError;
using kazoo::detail::LaneScope;
using kazoo::testing_support::ManualHandler;
using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(Handler, ReportsExceptionsOfACallback) {
    ManualHandler handler;
    handler.report_escaped(Lane::callback, std::make_exception_ptr(std::logic_error("oops")));
    handler.report_escaped(Lane::session, std::make_exception_ptr(1));
    EXPECT_THAT(
        handler.lines(),
        ElementsAre(
            "a callback on the callback lane threw oops",
            "a callback on the session lane threw an object that is not a std::exception"
        )
    );
}

TEST(Handler, SurvivesALoggerThatThrows) {
    ManualHandler handler;
    int lines = 0;
    handler.set_logger(kazoo::Logger([&lines](kazoo::LogLevel level, std::string_view) {
        EXPECT_EQ(level, kazoo::LogLevel::error);
        ++lines;
        throw 1;
    }));
    handler.report_escaped(Lane::completion, std::make_exception_ptr(1));
    EXPECT_EQ(lines, 1);
}

TEST(Handler, NamesItsLanes) {
    EXPECT_EQ(to_string(Lane::completion), "completion");
    EXPECT_EQ(to_string(Lane::callback), "callback");
    EXPECT_EQ(to_string(Lane::session), "session");
}

/// Records the deadline of a sleep; its time jumps there.
class NotingHandler final : public kazoo::Handler {
public:
    class Noting final : public kazoo::Waiter {
    public:
        explicit Noting(NotingHandler& handler) : handler_(handler) {}
        void wait_until(kazoo::TimePoint end) override { handler_.time = handler_.end = end; }
        void notify() noexcept override {}

    private:
        NotingHandler& handler_;
    };
    std::string_view name() const noexcept override { return "noting_handler"; }
    boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(Lane, kazoo::Task) override {}
    std::shared_ptr<kazoo::Waiter> waiter() override { return std::make_shared<Noting>(*this); }
    kazoo::TimePoint now() const noexcept override { return time; }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }
    kazoo::TimePoint time{1h};
    kazoo::TimePoint end;
};

TEST(Handler, SleepsForTheLongestDuration) {
    const auto end_of = [](const kazoo::AnyDuration& duration) {
        NotingHandler handler;
        handler.sleep(duration);
        return handler.end;
    };
    EXPECT_EQ(end_of(kazoo::Duration::max()), kazoo::TimePoint::max());
    EXPECT_EQ(end_of(std::chrono::milliseconds::max()), kazoo::TimePoint::max());
    EXPECT_EQ(end_of(std::chrono::hours::max()), kazoo::TimePoint::max());
    EXPECT_EQ(end_of(2s), kazoo::TimePoint(1h + 2s));
}

TEST(Handler, SleepsAtLeastTheGivenTime) {
    ManualHandler handler;
    const auto before = handler.now();
    handler.sleep(3ms);
    EXPECT_GE(handler.now() - before, 3ms);
    handler.sleep(0s);
    handler.sleep(-1s);
}

TEST(StateListeners, MustNotBlock) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> promise(handler);
    const auto result = promise.result();
    {
        const LaneScope listener(*handler, Lane::session);
        EXPECT_THROW(result.get(), WouldDeadlockError);
        EXPECT_THROW(result.get(1h), WouldDeadlockError);
        EXPECT_THROW(result.wait(1h), WouldDeadlockError);
        EXPECT_THROW(static_cast<void>(result.result()), WouldDeadlockError);
        EXPECT_THROW(handler->sleep(1h), WouldDeadlockError);
        EXPECT_THROW(result.get_nowait(), kazoo::KazooTimeoutError);
        EXPECT_FALSE(result.wait(0s));
        promise.set(1);
        EXPECT_EQ(result.get(), 1);  // ready: does not block
    }
    handler->sleep(1us);
}

TEST(StateListeners, MustNotBlockInFunctionsTheyCall) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> promise(handler);
    const LaneScope listener(*handler, Lane::session);
    const LaneScope callback(*handler, Lane::completion);
    EXPECT_THROW(promise.result().wait(1h), WouldDeadlockError);
}

TEST(OtherCallbacks, MayBlock) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> promise(handler);
    for (const auto lane : {Lane::completion, Lane::callback}) {
        const LaneScope callback(*handler, lane);
        EXPECT_FALSE(promise.result().wait(1ms));
    }
}

TEST(LaneScope, IdentifiesTheHandlerOfTheLane) {
    ManualHandler handler;
    ManualHandler other;
    EXPECT_FALSE(LaneScope::on_lane_of(handler));
    {
        const LaneScope outer(handler, Lane::completion);
        EXPECT_FALSE(LaneScope::on_lane_of(other));
        {
            const LaneScope inner(other, Lane::callback);
            EXPECT_TRUE(LaneScope::on_lane_of(other));
            EXPECT_TRUE(LaneScope::on_lane_of(handler));
        }
        EXPECT_FALSE(LaneScope::on_lane_of(other));
    }
    EXPECT_FALSE(LaneScope::on_lane_of(handler));
}

TEST(Backlog, CountsCallbacksUntilTheyBegin) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> first(handler);
    Promise<int> second(handler);
    std::vector<std::size_t> seen;
    const auto look = [&](const kazoo::AsyncResult<int>&) { seen.push_back(handler->backlog()); };
    first.result().rawlink(look);
    second.result().rawlink(look);
    EXPECT_EQ(handler->backlog(), 0U);
    first.set(1);
    second.set(1);
    EXPECT_EQ(handler->backlog(), 2U);
    handler->run();
    EXPECT_THAT(seen, ElementsAre(1U, 0U));
    EXPECT_EQ(handler->backlog(), 0U);
}

TEST(Backlog, CountsTheBytesOfTheirReplies) {
    const auto handler = std::make_shared<ManualHandler>();
    const auto large = kazoo::detail::make_ref<kazoo::detail::ResultState<int>>(handler);
    const auto small = kazoo::detail::make_ref<kazoo::detail::ResultState<int>>(handler);
    for (const auto& state : {large, small}) {
        kazoo::detail::make_result<int>(state).rawlink([](const AsyncResult<int>&) {});
    }
    large->set_reply_bytes(1000);
    small->set_reply_bytes(10);
    large->succeed(1);
    small->succeed(1);
    EXPECT_EQ(handler->backlog_bytes(), 1010U);
    handler->run();
    EXPECT_EQ(handler->backlog_bytes(), 0U);
}

}  // namespace
