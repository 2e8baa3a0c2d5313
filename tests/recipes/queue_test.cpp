// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::recipe_tests {
namespace {

using Names = std::vector<std::string>;

CallOptions within(AnyDuration limit) {
    return CallOptions().timeout(limit);
}

class QueueTest : public RecipeTest {
protected:
    Names entries() {
        auto names = other().get_children("/q");
        std::sort(names.begin(), names.end());
        return names;
    }
    /// Waits until a `get` of the client waits for items.
    bool is_watching() {
        return wait_until([&] { return zk().metrics().watches_registered >= 1; }, patience);
    }
    Fault on_own(Fault fault, Request request) {
        return fault.on(request).session(zk().client_id()->session_id);
    }
    template <class T>
    T value_of(const AsyncResult<T>& result) {
        EXPECT_TRUE(result.wait(patience)) << "the result does not become ready";
        return result.ready() ? result.get() : T();
    }
};

TEST_P(QueueTest, ServesItemsByPriorityThenInTheirOrder) {
    Queue queue(other(), "/q");
    queue.put("normal 1");
    queue.put("later", 200);
    queue.put("normal 2");
    queue.put("urgent", 0);
    Queue consumer(zk(), "/q");
    for (const auto* const expected : {"urgent", "normal 1", "normal 2", "later"}) {
        EXPECT_EQ(value_of(consumer.get_async()), expected);
    }
    EXPECT_EQ(value_of(consumer.try_get_async()), std::nullopt);
}

TEST_P(QueueTest, HasTheLayoutOfPythonsKazoo) {
    Queue queue(zk(), "q/");
    EXPECT_EQ(value_of(queue.put_async("a")), "entry-100-0000000000");
    EXPECT_EQ(value_of(queue.put_async("b", 7)), "entry-007-0000000001");
    EXPECT_EQ(entries(), Names({"entry-007-0000000001", "entry-100-0000000000"}));
    const auto node = other().get("/q/entry-007-0000000001");
    EXPECT_EQ(node.data, "b");
    EXPECT_EQ(node.stat.ephemeral_owner, 0);
    EXPECT_EQ(value_of(queue.size_async()), 2);
}

TEST_P(QueueTest, PutsSeveralItemsTogether) {
    Queue queue(zk(), "/q");
    const auto names = value_of(queue.put_all_async({"a", "b", "c"}, 5));
    EXPECT_EQ(
        names, Names({"entry-005-0000000000", "entry-005-0000000001", "entry-005-0000000002"})
    );
    EXPECT_EQ(entries(), names);
    EXPECT_EQ(value_of(queue.get_async()), "a");
    EXPECT_EQ(value_of(queue.put_all_async({})), Names());
}

TEST_P(QueueTest, IsEmptyIfItDoesNotExist) {
    Queue queue(zk(), "/q");
    EXPECT_EQ(value_of(queue.try_get_async()), std::nullopt);
    EXPECT_EQ(value_of(queue.size_async()), 0);
    EXPECT_FALSE(other().exists("/q")) << "nothing was created";
}

TEST_P(QueueTest, RefusesBadArguments) {
    Queue queue(zk(), "/q");
    for (const int priority : {-1, 1000}) {
        EXPECT_EQ(error_of(queue.put_async("a", priority)).code(), Errc::bad_arguments);
        EXPECT_EQ(error_of(queue.put_all_async({"a"}, priority)).code(), Errc::bad_arguments);
    }
    const char* const null = nullptr;
    EXPECT_EQ(error_of(queue.put_async(null)).code(), Errc::bad_arguments);
    EXPECT_THROW(Queue(zk(), "/"), BadArgumentsError);
    EXPECT_THROW(Queue(zk(), "/a/../b"), BadArgumentsError);
    EXPECT_FALSE(other().exists("/q"));
}

TEST_P(QueueTest, WaitsForAnItem) {
    Queue queue(zk(), "/q");
    const auto item = queue.get_async();
    ASSERT_TRUE(is_watching());
    EXPECT_FALSE(item.ready());
    Queue(other(), "/q").put("a");
    EXPECT_EQ(value_of(item), "a");
    EXPECT_EQ(entries(), Names());
}

TEST_P(QueueTest, IgnoresChildrenThatAreNoEntries) {
    other().create("/q/lock", "x", CreateOptions().makepath());
    other().create("/q/entry-100-short", "x");
    Queue queue(zk(), "/q");
    EXPECT_EQ(value_of(queue.try_get_async()), std::nullopt);
    EXPECT_EQ(error_of(queue.get_async(within(100ms))).code(), Errc::operation_timeout);
    EXPECT_EQ(entries(), Names({"entry-100-short", "lock"}));
}

TEST_P(QueueTest, FailsAtItsDeadlineAndLosesNothing) {
    Queue queue(zk(), "/q");
    const auto late = error_of(queue.get_async(within(100ms)));
    EXPECT_EQ(late.code(), Errc::operation_timeout);
    EXPECT_EQ(late.outcome(), Outcome::not_applied);
    EXPECT_EQ(late.path(), "/q");
    queue.put_async("a").wait(patience);
    EXPECT_EQ(value_of(queue.get_async(within(patience))), "a");
}

TEST_P(QueueTest, TakesNothingForACallThatIsCancelled) {
    Queue queue(zk(), "/q");
    const auto cancelled = queue.get_async();
    std::stop_source stop;
    const auto stopped = queue.get_async(CallOptions().stop_token(stop.get_token()));
    const auto third = queue.get_async();
    ASSERT_TRUE(is_watching());
    cancelled.cancel();
    stop.request_stop();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    EXPECT_EQ(error_of(stopped).code(), ClientErrc::cancelled);
    Queue(other(), "/q").put("a");
    EXPECT_EQ(value_of(third), "a");
}

TEST_P(QueueTest, ServesWaitingCallsInTheirOrderWithOneWatch) {
    Queue queue(zk(), "/q");
    std::vector<AsyncResult<std::string>> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(queue.get_async());
    ASSERT_TRUE(is_watching());
    EXPECT_EQ(zk().metrics().watches_registered, 1);
    Queue producer(other(), "/q");
    for (int i = 0; i < 20; ++i) {
        producer.put(std::to_string(i));
        EXPECT_EQ(value_of(waiting[static_cast<std::size_t>(i)]), std::to_string(i));
    }
    EXPECT_LE(zk().metrics().watches_registered, 1);
}

TEST_P(QueueTest, ServesEachItemOnceToSeveralConsumers) {
    constexpr int count = 60;
    Queue producer(other(), "/q");
    auto& second = start_client();
    Queue queues[] = {Queue(zk(), "/q"), Queue(zk(), "/q"), Queue(second, "/q")};
    std::vector<AsyncResult<std::string>> waiting;
    for (int i = 0; i < count; ++i) waiting.push_back(queues[i % 3].get_async());
    Names items;
    for (int i = 0; i < count; ++i) items.push_back(std::to_string(i));
    producer.put_all(items);
    Names served;
    for (const auto& item : waiting) served.push_back(value_of(item));
    std::sort(served.begin(), served.end());
    std::sort(items.begin(), items.end());
    EXPECT_EQ(served, items);
    EXPECT_EQ(entries(), Names());
}

TEST_P(QueueTest, RepeatsADeletionThatWasNotApplied) {
    Queue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    server.inject(on_own(Fault::drop_before(), Request::delete_).times(2));
    EXPECT_EQ(value_of(queue.get_async()), "a");
    EXPECT_EQ(entries(), Names());
}

TEST_P(QueueTest, ReportsAnItemThatMayBeLost) {
    Queue queue(zk(), "/q");
    value_of(queue.put_all_async({"a", "b"}));
    server.inject(on_own(Fault::drop_after(), Request::delete_).once());
    const auto error = error_of(queue.get_async());
    EXPECT_EQ(error.code(), Errc::connection_loss);
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_EQ(error.path(), "/q/entry-100-0000000000");
    EXPECT_EQ(value_of(queue.get_async()), "b");
}

TEST_P(QueueTest, GivesOutAnItemWhoseDeletionWasSentBeforeTheCancellation) {
    Queue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    const auto held = server.inject(on_own(Fault::hold(), Request::delete_));
    const auto item = queue.get_async();
    ASSERT_TRUE(wait_until([&] { return entries().empty(); }, patience));
    item.cancel();
    EXPECT_FALSE(item.ready());
    server.remove(held);
    EXPECT_EQ(value_of(item), "a");
}

TEST_P(QueueTest, GivesOutAnItemWhoseDeletionWasSentBeforeTheDeadline) {
    Queue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    const auto held = server.inject(on_own(Fault::hold(), Request::delete_));
    const auto item = queue.get_async(within(200ms));
    const auto over = Clock::now() + 200ms;
    ASSERT_TRUE(wait_until([&] { return entries().empty() && Clock::now() > over; }, patience));
    EXPECT_FALSE(item.ready());
    server.remove(held);
    EXPECT_EQ(value_of(item), "a");
}

TEST_P(QueueTest, ContinuesToWaitInTheNextSession) {
    Queue queue(zk(), "/q");
    const auto item = queue.get_async();
    ASSERT_TRUE(is_watching());
    expire_session();
    Queue(other(), "/q").put("a");
    EXPECT_EQ(value_of(item), "a");
}

TEST_P(QueueTest, SaysThatAPutMayHaveBeenApplied) {
    Queue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    server.inject(on_own(Fault::drop_after(), Request::create).once());
    const auto error = error_of(queue.put_async("b"));
    EXPECT_EQ(error.code(), Errc::connection_loss);
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_EQ(value_of(queue.size_async()), 2);
    server.inject(on_own(Fault::fail(Errc::node_exists), Request::create).once());
    EXPECT_EQ(error_of(queue.put_async("c")).code(), ClientErrc::sequence_exhausted);
}

TEST_P(QueueTest, EndsWithItsClient) {
    KazooClient client(options());
    Queue queue(client, "/q");
    EXPECT_EQ(error_of(queue.get_async()).code(), ClientErrc::connection_closed);
    client.start(patience);
    auto item = queue.get_async();
    ASSERT_TRUE(wait_until([&] { return client.metrics().watches_registered == 1; }, patience));
    KazooClient moved(std::move(client));
    EXPECT_EQ(value_of(queue.put_async("a")), "entry-100-0000000000") << "it follows the client";
    EXPECT_EQ(value_of(item), "a");
    item = queue.get_async();
    ASSERT_TRUE(wait_until([&] { return moved.metrics().watches_registered == 1; }, patience));
    moved.stop();
    EXPECT_EQ(error_of(item).code(), ClientErrc::connection_closed);
    moved = KazooClient(options());
    EXPECT_EQ(error_of(queue.put_async("a")).code(), ClientErrc::connection_closed);
}

TEST_P(QueueTest, EndsItsWaitingCallsWithTheObject) {
    std::vector<AsyncResult<std::string>> waiting;
    {
        Queue queue(zk(), "/q");
        for (int i = 0; i < 3; ++i) waiting.push_back(queue.get_async());
        ASSERT_TRUE(is_watching());
        Queue replaced(zk(), "/q");
        waiting.push_back(replaced.get_async());
        replaced = std::move(queue);
        EXPECT_EQ(error_of(waiting.back()).code(), ClientErrc::cancelled);
        EXPECT_FALSE(waiting.front().ready());
    }
    for (const auto& item : waiting) {
        EXPECT_EQ(error_of(item).code(), ClientErrc::cancelled);
    }
}

KAZOO_ON_EACH_HANDLER(QueueTest);

}  // namespace
}  // namespace kazoo::recipe_tests
