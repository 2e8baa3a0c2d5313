// SPDX-License-Identifier: Apache-2.0
// Results that share a task of the completion lane.
#include "async/lane_batch.hpp"

#include "async/stop_link.hpp"
#include "support/manual_handler.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::base {
namespace {

using detail::ResultState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::ManualHandler;

/// A result that is completed in a batch, like an operation of a client.
class Reply final : public ResultState<int> {
public:
    using ResultState<int>::ResultState;
    void succeed_in_batch(LaneBatch& batch, int value, std::size_t bytes = 10) {
        set_reply_bytes(bytes);
        prepare(value);
        batch.complete(detail::RefPtr<ResultStateBase>(this), [&] { publish_in(batch); });
    }
};

class LaneBatchTest : public testing::Test {
protected:
    /// The tasks that wait in the handler own results, which own the handler.
    void TearDown() override {
        batch.flush();
        handler->run();
    }
    /// Returns a reply with a callback that records its value.
    detail::RefPtr<Reply> make_reply() {
        auto reply = detail::make_ref<Reply>(handler);
        link(reply);
        return reply;
    }
    LinkId link(const detail::RefPtr<Reply>& reply) {
        return result_of(reply).rawlink([this](const AsyncResult<int>& r) {
            seen.push_back(*r.value());
            backlogs.push_back(handler->backlog());
        });
    }
    static AsyncResult<int> result_of(const detail::RefPtr<Reply>& reply) {
        return detail::make_result<int>(detail::RefPtr<ResultState<int>>(reply.get()));
    }

    const std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
    std::vector<int> seen;
    std::vector<std::size_t> backlogs;
    LaneBatch batch;
};

TEST_F(LaneBatchTest, RunsTheCallbacksInOrderAsOneTask) {
    for (int i = 0; i < 3; ++i) {
        make_reply()->succeed_in_batch(batch, i);
    }
    EXPECT_THAT(handler->run(), IsEmpty());
    batch.flush();
    EXPECT_THAT(handler->run(), SizeIs(1));
    EXPECT_THAT(seen, ElementsAre(0, 1, 2));
    batch.flush();
    EXPECT_THAT(handler->run(), IsEmpty());
}

TEST_F(LaneBatchTest, EachResultCountsInTheBacklogUntilItsCallbacksBegin) {
    for (int i = 0; i < 3; ++i) {
        make_reply()->succeed_in_batch(batch, i);
    }
    EXPECT_EQ(handler->backlog(), 0U);
    batch.flush();
    EXPECT_EQ(handler->backlog(), 3U);
    EXPECT_EQ(handler->backlog_bytes(), 30U);
    handler->run();
    EXPECT_THAT(backlogs, ElementsAre(2U, 1U, 0U));
    EXPECT_EQ(handler->backlog_bytes(), 0U);
}

TEST_F(LaneBatchTest, DispatchesItselfOnceItIsFull) {
    for (int i = 0; i < 30; ++i) {
        make_reply()->succeed_in_batch(batch, i);
    }
    EXPECT_THAT(handler->run(), SizeIs(2));
    EXPECT_THAT(seen, SizeIs(24));
    make_reply()->succeed_in_batch(batch, 30, 1 << 20);
    EXPECT_THAT(handler->run(), SizeIs(1));
    EXPECT_THAT(seen, SizeIs(31));
}

TEST_F(LaneBatchTest, IsDispatchedWhenItIsDestroyed) {
    {
        LaneBatch other;
        make_reply()->succeed_in_batch(other, 1);
    }
    EXPECT_THAT(handler->run(), SizeIs(1));
}

TEST_F(LaneBatchTest, AResultIsReadyBeforeTheFlush) {
    const auto reply = make_reply();
    reply->succeed_in_batch(batch, 7);
    EXPECT_TRUE(reply->ready());
    EXPECT_EQ(result_of(reply).get(), 7);
    EXPECT_THAT(seen, IsEmpty());
}

TEST_F(LaneBatchTest, AResultWithoutCallbacksTakesNoTask) {
    detail::make_ref<Reply>(handler)->succeed_in_batch(batch, 1);
    batch.flush();
    EXPECT_THAT(handler->run(), IsEmpty());
}

TEST_F(LaneBatchTest, CallbacksThatAreLinkedWhileTheResultWaitsRunInItsTurn) {
    const auto reply = make_reply();
    reply->succeed_in_batch(batch, 1);
    link(reply);
    make_reply()->succeed_in_batch(batch, 2);
    batch.flush();
    link(reply);
    EXPECT_THAT(handler->run(), SizeIs(1));
    EXPECT_THAT(seen, ElementsAre(1, 1, 1, 2));
}

TEST_F(LaneBatchTest, ACallbackCanBeUnlinkedWhileItsTaskWaits) {
    const auto reply = detail::make_ref<Reply>(handler);
    const auto id = link(reply);
    make_reply()->succeed_in_batch(batch, 1);
    reply->succeed_in_batch(batch, 2);
    batch.flush();
    EXPECT_TRUE(reply->unlink(id));
    EXPECT_FALSE(reply->unlink(id));
    handler->run();
    EXPECT_THAT(seen, ElementsAre(1));
}

TEST_F(LaneBatchTest, ResultsThatComeBeforeADirectLinkPrecedeWhatItCompletes) {
    Promise<int> promise(handler);
    promise.result().rawlink([this](const AsyncResult<int>& r) { seen.push_back(*r.value()); });
    const auto reply = detail::make_ref<Reply>(handler);
    ASSERT_TRUE(reply->link_direct([&](detail::ResultStateBase&) { promise.set(2); }));
    make_reply()->succeed_in_batch(batch, 1);
    reply->succeed_in_batch(batch, 0);
    make_reply()->succeed_in_batch(batch, 3);
    batch.flush();
    handler->run();
    EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

/// Awaits a reply, then records its value.
AsyncResult<int> record(
    const std::shared_ptr<Handler>&, AsyncResult<int> reply, std::vector<int>& into
) {
    const int value = co_await reply;
    into.push_back(value);
    co_return value;
}

TEST_F(LaneBatchTest, ACallbackMayWaitForCoroutinesThatFollowInItsBatch) {
    std::vector<detail::RefPtr<Reply>> replies;
    for (int i = 0; i < 4; ++i) {
        replies.push_back(detail::make_ref<Reply>(handler));
    }
    std::vector<AsyncResult<int>> coroutines;
    result_of(replies[0]).rawlink([&](const AsyncResult<int>&) {
        EXPECT_EQ(coroutines[1].get(std::chrono::seconds(10)), 3);
        seen.push_back(0);
    });
    link(replies[1]);
    for (const int i : {2, 3}) {
        coroutines.push_back(record(handler, result_of(replies[i]), seen));
    }
    for (int i = 0; i < 4; ++i) {
        replies[i]->succeed_in_batch(batch, i);
    }
    batch.flush();
    EXPECT_THAT(handler->run(), SizeIs(1));
    EXPECT_THAT(seen, ElementsAre(2, 3, 0, 1));
    EXPECT_EQ(handler->backlog(), 0U);
}

TEST_F(LaneBatchTest, ACallbackMayWaitForCoroutinesOfALaterBatch) {
    const auto first = detail::make_ref<Reply>(handler);
    const auto second = detail::make_ref<Reply>(handler);
    const auto coroutine = record(handler, result_of(second), seen);
    result_of(first).rawlink([&](const AsyncResult<int>&) {
        second->succeed_in_batch(batch, 2);
        batch.flush();
        EXPECT_EQ(coroutine.get(std::chrono::seconds(10)), 2);
        seen.push_back(1);
    });
    LaneBatch earlier;
    first->succeed_in_batch(earlier, 1);
    earlier.flush();
    handler->run();
    EXPECT_THAT(seen, ElementsAre(2, 1));
}

TEST_F(LaneBatchTest, ACoroutineMayWaitForOnesThatAwaitTheSameResult) {
    const auto reply = detail::make_ref<Reply>(handler);
    std::vector<AsyncResult<int>> coroutines;
    const auto waits = [](const std::shared_ptr<Handler>&,
                          AsyncResult<int> awaited,
                          std::vector<AsyncResult<int>>& others) -> AsyncResult<int> {
        const int value = co_await awaited;
        const int others_value = others.at(1).get(std::chrono::seconds(10));
        co_return value + others_value;
    };
    std::shared_ptr<Handler> on = handler;
    coroutines.push_back(waits(on, result_of(reply), coroutines));
    coroutines.push_back(record(on, result_of(reply), seen));
    reply->succeed_in_batch(batch, 4);
    batch.flush();
    EXPECT_THAT(handler->run(), SizeIs(1));
    EXPECT_EQ(coroutines[0].get(), 8);
    EXPECT_THAT(seen, ElementsAre(4));
}

TEST_F(LaneBatchTest, ACallbackMayWaitForACoroutineThatAHelperHasLeftBehind) {
    const auto outer = detail::make_ref<Reply>(handler);
    const auto awaited = detail::make_ref<Reply>(handler);
    const auto before = detail::make_ref<Reply>(handler);
    const auto first = record(handler, result_of(awaited), seen);
    const auto second = record(handler, result_of(awaited), seen);
    result_of(before).rawlink([&](const AsyncResult<int>&) {
        EXPECT_EQ(second.get(std::chrono::seconds(10)), 7);
        seen.push_back(2);
    });
    result_of(outer).rawlink([&](const AsyncResult<int>&) {
        before->succeed_in_batch(batch, 0);
        awaited->succeed_in_batch(batch, 7);
        batch.flush();
        EXPECT_EQ(first.get(std::chrono::seconds(10)), 7);
        seen.push_back(1);
    });
    LaneBatch earlier;
    outer->succeed_in_batch(earlier, 0);
    earlier.flush();
    handler->run();
    EXPECT_THAT(seen, ElementsAre(7, 1, 7, 2));
}

TEST_F(LaneBatchTest, AResultWithAStopTokenStaysInItsBatch) {
    std::stop_source stop;
    int stopped = 0;
    for (int i = 0; i < 3; ++i) {
        const auto reply = make_reply();
        EXPECT_TRUE(link_to_stop(*reply, stop.get_token(), [&stopped] { ++stopped; }));
        reply->succeed_in_batch(batch, i);
    }
    stop.request_stop();
    batch.flush();
    EXPECT_THAT(handler->run(), SizeIs(1));
    EXPECT_THAT(seen, ElementsAre(0, 1, 2));
    EXPECT_EQ(stopped, 0) << "they were complete";
}

TEST_F(LaneBatchTest, KeepsAResultThatHasNoOtherOwner) {
    auto reply = make_reply();
    std::weak_ptr<int> owned;
    {
        const auto object = std::make_shared<int>(1);
        owned = object;
        result_of(reply).rawlink([object](const AsyncResult<int>&) {});
    }
    reply->succeed_in_batch(batch, 1);
    reply = {};
    EXPECT_FALSE(owned.expired());
    batch.flush();
    handler->run();
    EXPECT_THAT(seen, ElementsAre(1));
    EXPECT_TRUE(owned.expired());
}

/// A handler whose dispatch() fails a number of times, or destroys the task.
class FailingHandler final : public Handler {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "failing_handler"; }
    [[nodiscard]] boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(Lane, Task task) override {
        if (drops) {
            Task(std::move(task));  // destroyed at once
        }
        if (failures > 0) {
            --failures;
            throw std::bad_alloc();
        }
        if (!drops) {
            tasks.push_back(std::move(task));
        }
    }
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override { return detail::thread_waiter(); }
    void start() override {}
    void stop() override {}
    [[nodiscard]] bool running() const noexcept override { return true; }

    int failures = 0;
    bool drops = false;
    std::vector<Task> tasks;
};

class LaneBatchFailureTest : public testing::Test {
protected:
    void complete(int results) {
        for (int i = 0; i < results; ++i) {
            const auto reply = detail::make_ref<Reply>(handler);
            detail::make_result<int>(detail::RefPtr<ResultState<int>>(reply.get()))
                .rawlink([this, object = object](const AsyncResult<int>& r) {
                    seen.push_back(*r.value());
                });
            reply->succeed_in_batch(batch, i);
        }
        batch.flush();
    }

    const std::shared_ptr<FailingHandler> handler = std::make_shared<FailingHandler>();
    const std::shared_ptr<int> object = std::make_shared<int>();  // of all callbacks
    std::vector<int> seen;
    LaneBatch batch;
};

TEST_F(LaneBatchFailureTest, TriesOnceMoreIfTheHandlerFails) {
    handler->failures = 1;
    complete(3);
    ASSERT_THAT(handler->tasks, SizeIs(1));
    EXPECT_EQ(handler->backlog(), 3U);
    handler->tasks.front()();
    EXPECT_THAT(seen, ElementsAre(0, 1, 2));
    EXPECT_EQ(handler->backlog(), 0U);
}

TEST_F(LaneBatchFailureTest, RunsTheCallbacksInThisThreadIfTheHandlerKeepsFailing) {
    handler->failures = 2;
    complete(3);
    EXPECT_THAT(handler->tasks, IsEmpty());
    EXPECT_THAT(seen, ElementsAre(0, 1, 2));
    EXPECT_EQ(handler->backlog(), 0U);
    EXPECT_EQ(handler->backlog_bytes(), 0U);
}

TEST_F(LaneBatchFailureTest, DropsTheCallbacksIfTheTaskIsDestroyed) {
    handler->drops = true;
    complete(3);
    EXPECT_THAT(seen, IsEmpty());
    EXPECT_EQ(object.use_count(), 1);
    EXPECT_EQ(handler->backlog(), 0U);
    EXPECT_EQ(handler->backlog_bytes(), 0U);
}

TEST_F(LaneBatchFailureTest, DropsTheCallbacksIfAnExceptionDestroysTheTask) {
    complete(3);
    try {
        const auto tasks = std::move(handler->tasks);
        throw std::runtime_error("the loop is destroyed");
    } catch (const std::runtime_error&) {
    }
    EXPECT_THAT(seen, IsEmpty());
    EXPECT_EQ(object.use_count(), 1);
    EXPECT_EQ(handler->backlog(), 0U);
}

TEST_F(LaneBatchFailureTest, DropsTheCallbacksOnceIfTheHandlerThenFails) {
    handler->drops = true;
    handler->failures = 1;
    complete(3);
    EXPECT_EQ(handler->failures, 0);
    EXPECT_THAT(seen, IsEmpty());
    EXPECT_EQ(object.use_count(), 1);
    EXPECT_EQ(handler->backlog(), 0U);
}

}  // namespace
}  // namespace kazoo::base
