// SPDX-License-Identifier: Apache-2.0
// AsyncResult as the return type of coroutines.
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::Handler;
using kazoo::Lane;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;
using testing::ElementsAre;

const std::string long_text(100, 'x');

AsyncResult<std::string> twice(AsyncResult<std::string> text) {
    const auto once = co_await text;
    co_return once + co_await text;
}

AsyncResult<int> at_once() {
    co_return 1;
}

AsyncResult<std::string> convert() {
    co_return "from a literal";
}

AsyncResult<> nothing(AsyncResult<> other) {
    co_await other;
}

AsyncResult<int> fail(AsyncResult<int> first) {
    const int value = co_await first;
    throw std::runtime_error("failed at " + std::to_string(value));
}

TEST(Coroutine, ReturnsTheAwaitedValue) {
    Promise<std::string> promise;
    const auto result = twice(promise.result());
    EXPECT_FALSE(result.ready());
    promise.set(long_text);
    EXPECT_EQ(result.get(), long_text + long_text);
}

TEST(Coroutine, MayBeReadyAtOnce) {
    EXPECT_TRUE(at_once().ready());
    EXPECT_EQ(at_once().get(), 1);
    EXPECT_EQ(convert().get(), "from a literal");
    Promise<std::string> promise;
    promise.set("a");
    EXPECT_EQ(twice(promise.result()).get_nowait(), "aa");
}

TEST(Coroutine, MayReturnNothing) {
    Promise<> promise;
    const auto result = nothing(promise.result());
    EXPECT_FALSE(result.ready());
    promise.set();
    EXPECT_TRUE(result.successful());
}

TEST(Coroutine, FailsWithItsException) {
    Promise<int> promise;
    const auto result = fail(promise.result());
    promise.set(3);
    EXPECT_THROW(result.get(), std::runtime_error);
    EXPECT_EQ(result.result().error(), kazoo::ClientErrc::foreign_exception);
}

AsyncResult<int> throw_at_once() {
    throw std::logic_error("at once");
    co_return 1;
}

TEST(Coroutine, ThrowsThroughItsResultOnly) {
    const auto result = throw_at_once();
    EXPECT_THROW(result.get(), std::logic_error);
}

TEST(Coroutine, PassesOnTheErrorsOfAwaitedResults) {
    Promise<> promise;
    const auto result = nothing(promise.result());
    const auto error = std::make_exception_ptr(kazoo::NoNodeError());
    promise.set_exception(error);
    EXPECT_EQ(result.exception(), error);
    EXPECT_EQ(result.result().error(), kazoo::Errc::no_node);
}

AsyncResult<std::string> recover(AsyncResult<int> first, AsyncResult<int> second) {
    std::string story;
    try {
        co_await first;
        story = "no error";
    } catch (const kazoo::NoNodeError&) {
        story = "no node";
    }
    const int value = co_await second;
    co_return story + ", " + std::to_string(value);
}

TEST(Coroutine, CatchesAndContinues) {
    Promise<int> first;
    Promise<int> second;
    const auto result = recover(first.result(), second.result());
    first.set_exception(kazoo::NoNodeError());
    EXPECT_FALSE(result.ready());
    second.set(5);
    EXPECT_EQ(result.get(), "no node, 5");
}

AsyncResult<int> depth(AsyncResult<int> leaf, int levels) {
    if (levels == 0) co_return co_await leaf;
    const int below = co_await depth(leaf, levels - 1);
    co_return below + 1;
}

TEST(Coroutine, AwaitsOtherCoroutines) {
    Promise<int> promise;
    const auto result = depth(promise.result(), 50);
    EXPECT_FALSE(result.ready());
    promise.set(0);
    EXPECT_EQ(result.get(), 50);

    Promise<int> failing;
    const auto failed = depth(failing.result(), 50);
    failing.set_exception(kazoo::NoAuthError());
    EXPECT_THROW(failed.get(), kazoo::NoAuthError);
}

AsyncResult<int> add(AsyncResult<int> a, int b) {
    co_return co_await a + b;
}

TEST(Coroutine, SharesAResultWithOthersThatAwaitIt) {
    Promise<int> promise;
    const auto first = add(promise.result(), 1);
    const auto second = add(promise.result(), 2);
    promise.set(10);
    EXPECT_EQ(first.get() + second.get(), 23);
}

struct Shout {
    [[nodiscard]] bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const { *slot = waiting; }
    [[nodiscard]] int await_resume() const { return 9; }
    std::coroutine_handle<>* slot;
};

AsyncResult<int> await_foreign(std::coroutine_handle<>* slot) {
    co_await std::suspend_never();
    const Shout named{slot};
    const int first = co_await named;
    const int second = co_await Shout{slot};
    co_return first + second;
}

TEST(Coroutine, AwaitsForeignAwaitables) {
    std::coroutine_handle<> waiting;
    const auto result = await_foreign(&waiting);
    waiting.resume();
    waiting.resume();
    EXPECT_EQ(result.get(), 18);
}

// Where a coroutine is resumed.

TEST(CoroutineOnLanes, ResumesOnTheCompletionLaneInTurnWithCallbacks) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> promise(handler);
    std::vector<std::string> order;
    const auto follow = [](AsyncResult<int> r, std::vector<std::string>& o) -> AsyncResult<> {
        co_await r;
        o.emplace_back("coroutine");
    };
    promise.result().rawlink([&](const AsyncResult<int>&) { order.emplace_back("callback"); });
    const auto result = follow(promise.result(), order);
    promise.result().rawlink([&](const AsyncResult<int>&) { order.emplace_back("another"); });
    promise.set(1);
    EXPECT_TRUE(order.empty());
    EXPECT_THAT(handler->run(), ElementsAre(Lane::completion));
    EXPECT_THAT(order, ElementsAre("callback", "coroutine", "another"));
    EXPECT_TRUE(result.ready());
}

AsyncResult<std::thread::id> thread_after(AsyncResult<int> result) {
    co_await direct(result);
    co_return std::this_thread::get_id();
}

TEST(CoroutineOnLanes, DirectResumesInTheCompletingThread) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<int> promise(handler);
    const auto result = thread_after(promise.result());
    std::thread completer([&promise] { promise.set(1); });
    const auto completer_id = completer.get_id();
    completer.join();
    ASSERT_TRUE(result.ready());  // although no lane has run
    EXPECT_EQ(result.get(), completer_id);
    EXPECT_EQ(thread_after(promise.result()).get(), std::this_thread::get_id());
}

class HasHandler {
public:
    explicit HasHandler(std::shared_ptr<Handler> handler) : handler_(std::move(handler)) {}
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const { return handler_; }
    AsyncResult<> member(AsyncResult<> other) { co_await other; }

private:
    std::shared_ptr<Handler> handler_;
};

AsyncResult<> by_reference(std::string, HasHandler&, AsyncResult<> other) {
    co_await other;
}
AsyncResult<> by_pointer(std::unique_ptr<HasHandler>, AsyncResult<> other) {
    co_await other;
}
AsyncResult<> by_optional(std::optional<HasHandler>, AsyncResult<> other) {
    co_await other;
}
AsyncResult<> by_awaiting(int, const AsyncResult<>* other) {
    co_await *other;
}

TEST(CoroutineHandler, IsThatOfTheFirstParameterThatHasOne) {
    const auto handler = std::make_shared<ManualHandler>();
    const auto other = std::make_shared<ManualHandler>();
    HasHandler has(handler);
    Promise<> promise(other);
    EXPECT_EQ(by_reference("text", has, promise.result()).handler(), handler);
    EXPECT_EQ(has.member(promise.result()).handler(), handler);
    const auto owned = by_pointer(std::make_unique<HasHandler>(handler), promise.result());
    EXPECT_EQ(owned.handler(), handler);
    EXPECT_EQ(nothing(promise.result()).handler(), other);
    promise.set();
    other->run();
}

TEST(CoroutineHandler, IsNotTakenFromEmptyParameters) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    EXPECT_EQ(by_pointer(nullptr, promise.result()).handler(), handler);
    EXPECT_EQ(by_optional(std::nullopt, promise.result()).handler(), handler);
    promise.set();
    handler->run();
}

TEST(CoroutineHandler, DefaultsToThatOfTheFirstAwaitedResult) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<> promise(handler);
    const auto awaited = promise.result();
    const auto result = by_awaiting(1, &awaited);
    EXPECT_EQ(result.handler(), handler);
    promise.set();
    handler->run();
    EXPECT_TRUE(result.ready());
    EXPECT_EQ(at_once().handler(), nullptr);
}

/// Continues in another thread before it awaits the first result that has a handler.
AsyncResult<> moves_away(std::coroutine_handle<>* slot, AsyncResult<> other) {
    co_await Shout{slot};
    co_await other;
}

// For Thread sanitizer.
TEST(CoroutineHandler, IsAdoptedWhileOthersReadIt) {
    for (int round = 0; round < 200; ++round) {
        const auto handler = std::make_shared<ManualHandler>();
        Promise<> promise(handler);
        std::coroutine_handle<> waiting;
        const auto result = moves_away(&waiting, promise.result());
        std::thread other([waiting, &promise] {
            waiting.resume();
            promise.set();
        });
        while (result.handler() == nullptr) {
            result.rawlink([](const AsyncResult<>&) {});
            EXPECT_FALSE(result.wait(std::chrono::nanoseconds(1)));
        }
        EXPECT_EQ(result.handler(), handler);
        other.join();
        handler->run();
        EXPECT_TRUE(result.ready());
    }
}

// Lifetimes.

struct Flag {
    explicit Flag(bool& f) : flag(&f) {}
    Flag(const Flag&) = delete;
    Flag& operator=(const Flag&) = delete;
    ~Flag() { *flag = true; }
    bool* flag;
};

AsyncResult<> with_local(AsyncResult<> other, bool& destroyed, std::shared_ptr<int> parameter) {
    const Flag local(destroyed);
    co_await other;
    static_cast<void>(parameter);
}

TEST(CoroutineLifetime, VariablesAreDestroyedBeforeTheResultIsReady) {
    Promise<> promise;
    bool destroyed = false;
    bool destroyed_before = false;
    long parameters_before = 0;
    const auto parameter = std::make_shared<int>(1);
    const auto result = with_local(promise.result(), destroyed, parameter);
    result.rawlink([&](const AsyncResult<>&) {
        destroyed_before = destroyed;
        parameters_before = parameter.use_count();
    });
    EXPECT_FALSE(destroyed);
    promise.set();
    EXPECT_TRUE(destroyed_before);
    EXPECT_EQ(parameters_before, 1);
}

TEST(CoroutineLifetime, RunsToItsEndWithoutAnyHandle) {
    Promise<> promise;
    bool destroyed = false;
    static_cast<void>(with_local(promise.result(), destroyed, nullptr));
    EXPECT_FALSE(destroyed);
    promise.set();
    EXPECT_TRUE(destroyed);
}

TEST(CoroutineLifetime, EndsWhenTheAwaitedPromiseIsDestroyed) {
    bool destroyed = false;
    std::optional<Promise<>> promise(std::in_place);
    const auto result = with_local(promise->result(), destroyed, nullptr);
    promise.reset();
    EXPECT_TRUE(destroyed);
    EXPECT_THROW(result.get(), kazoo::CancelledError);
}

/// A handler whose loop is destroyed together with its tasks.
class LostHandler final : public Handler {
public:
    std::string_view name() const noexcept override { return "lost_handler"; }
    boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(Lane, kazoo::Task) override {}
    std::shared_ptr<kazoo::Waiter> waiter() override { return kazoo::detail::thread_waiter(); }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }
};

TEST(CoroutineLifetime, EndsWithTheLoopThatWasToResumeIt) {
    const auto handler = std::make_shared<LostHandler>();
    Promise<> promise(handler);
    bool destroyed = false;
    const auto result = with_local(promise.result(), destroyed, nullptr);
    const auto outer = nothing(result);
    const auto held = std::make_shared<int>(1);
    promise.result().rawlink([held](const AsyncResult<>&) {});
    promise.set();
    EXPECT_TRUE(destroyed);
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_EQ(handler->backlog(), 0U);
    EXPECT_THROW(result.get(), kazoo::CancelledError);
    EXPECT_THROW(outer.get(), kazoo::CancelledError);
}

TEST(CoroutineLifetime, EndsWhenTheAwaitedResultIsAbandoned) {
    Promise<> promise;
    bool destroyed = false;
    const auto result = with_local(promise.result(), destroyed, nullptr);
    kazoo::detail::state_of(promise.result())->abandon();
    EXPECT_TRUE(destroyed);
    EXPECT_FALSE(promise.set());
    EXPECT_THROW(promise.result().get(), kazoo::CancelledError);
    EXPECT_THROW(result.get(), kazoo::CancelledError);
}

TEST(CoroutineLifetime, EndsInLongChainsWithoutTakingStack) {
    Promise<> promise;
    AsyncResult<> last = promise.result();
    for (int i = 0; i < 100'000; ++i) last = nothing(std::move(last));
    kazoo::detail::state_of(promise.result())->abandon();
    EXPECT_THROW(last.get(), kazoo::CancelledError);
}

}  // namespace
