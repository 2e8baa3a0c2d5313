// SPDX-License-Identifier: Apache-2.0
// Combined results, awaited by coroutines of each type.
#include "support/manual_handler.hpp"
#include "support/plain_task.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/when.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::Promise;
using kazoo::when_all;
using kazoo::when_any;
using kazoo::testing_support::ManualHandler;
using kazoo::testing_support::PlainTask;
using testing::ElementsAre;

/// Calls that succeed later, with a value that owns memory.
class Source {
public:
    explicit Source(std::shared_ptr<kazoo::Handler> handler = nullptr)
        : handler_(std::move(handler)) {}

    [[nodiscard]] const std::shared_ptr<kazoo::Handler>& handler() const { return handler_; }
    AsyncResult<std::string> get(std::string name) {
        names_.push_back(name + std::string(40, '.'));
        promises_.emplace_back(handler_);
        return promises_.back().result();
    }
    void answer(std::size_t call) { promises_.at(call).set(names_.at(call)); }
    void fail(std::size_t call) { promises_.at(call).set_exception(kazoo::NoNodeError()); }
    [[nodiscard]] bool pending(std::size_t call) { return !promises_.at(call).result().ready(); }

private:
    std::shared_ptr<kazoo::Handler> handler_;
    std::vector<std::string> names_;
    std::vector<Promise<std::string>> promises_;
};

AsyncResult<std::string> both(Source& source) {
    auto [a, b] = co_await when_all(source.get("a"), source.get("b"));
    co_return a.substr(0, 2) + b.substr(0, 2);
}

AsyncResult<std::string> either(Source& source) {
    std::vector<AsyncResult<std::string>> calls;
    for (const char* name : {"a", "b", "c"}) calls.push_back(source.get(name));
    const auto first = co_await when_any(calls);
    for (const auto& call : calls) call.cancel();
    co_return calls[first].get().substr(0, 2);
}

TEST(WhenInCoroutines, ReturnsAllValues) {
    Source source;
    const auto result = both(source);
    source.answer(1);
    EXPECT_FALSE(result.ready());
    source.answer(0);
    EXPECT_EQ(result.get_nowait(), "a.b.");
}

TEST(WhenInCoroutines, ReturnsTheFirst) {
    Source source;
    const auto result = either(source);
    source.answer(1);
    EXPECT_EQ(result.get_nowait(), "b.");
    EXPECT_FALSE(source.pending(0));
}

TEST(WhenInCoroutines, Throws) {
    Source source;
    const auto result = both(source);
    source.fail(0);
    EXPECT_FALSE(result.ready());
    source.answer(1);
    EXPECT_THROW(result.get_nowait(), kazoo::NoNodeError);
}

TEST(WhenInCoroutines, LetsCancellationThrough) {
    Source source;
    for (const auto& result : {both(source), either(source)}) {
        EXPECT_TRUE(result.cancel());
        ASSERT_TRUE(result.ready());
        EXPECT_THROW(result.get(), kazoo::CancelledError);
    }
    for (std::size_t call = 0; call < 5; ++call) EXPECT_FALSE(source.pending(call));
}

TEST(WhenInCoroutines, TakesOneTurnOnTheLane) {
    const auto handler = std::make_shared<ManualHandler>();
    Source source(handler);
    const auto result = both(source);
    source.answer(0);
    EXPECT_THAT(handler->run(), ElementsAre());
    source.answer(1);
    EXPECT_FALSE(result.ready());
    EXPECT_THAT(handler->run(), ElementsAre(kazoo::Lane::completion));
    EXPECT_TRUE(result.ready());
}

AsyncResult<std::thread::id> thread_of(Source& source) {
    co_await direct(when_all(source.get("a"), source.get("b")));
    co_return std::this_thread::get_id();
}

TEST(WhenInCoroutines, ResumesDirectlyInTheThreadThatCompletesTheLast) {
    Source source(std::make_shared<ManualHandler>());
    const auto result = thread_of(source);
    std::thread([&source] { source.answer(1); }).join();
    source.answer(0);
    EXPECT_EQ(result.get_nowait(), std::this_thread::get_id());
}

PlainTask both_in_plain_task(Source& source, std::string& into) {
    const auto [a, b] = co_await when_all(source.get("a"), source.get("b"));
    into = a.substr(0, 2) + b.substr(0, 2);
}

TEST(WhenInForeignCoroutines, ReturnsAllValues) {
    Source source;
    std::string into;
    const auto task = both_in_plain_task(source, into);
    source.answer(0);
    source.answer(1);
    EXPECT_TRUE(task.done());
    EXPECT_EQ(into, "a.b.");
}

TEST(WhenInForeignCoroutines, MayBeAbandoned) {
    Source source;
    std::string into;
    { const auto task = both_in_plain_task(source, into); }
    source.answer(0);
    source.answer(1);
    EXPECT_EQ(into, "");
}

}  // namespace
