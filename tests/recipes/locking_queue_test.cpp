// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::recipe_tests {
namespace {

using Names = std::vector<std::string>;

class LockingQueueTest : public RecipeTest {
protected:
    static constexpr const char* first = "entry-100-0000000000";

    Names children(const char* path) {
        auto names = other().get_children(path);
        std::sort(names.begin(), names.end());
        return names;
    }
    Names entries() { return children("/q/entries"); }
    Names claims() { return children("/q/taken"); }
    bool have_no_claims() {
        return wait_until([&] { return claims().empty(); }, patience);
    }
    bool is_watching() {
        return wait_until([&] { return zk().metrics().watches_registered == 2; }, patience);
    }
    Fault on_own(Fault fault, Request request) {
        return fault.on(request).session(zk().client_id()->session_id);
    }
    template <class T>
    T value_of(const AsyncResult<T>& result) {
        EXPECT_TRUE(result.wait(patience)) << "the result does not become ready";
        return result.ready() ? result.get() : T();
    }
    /// A queue of the client that holds the item "a".
    LockingQueue holding() {
        LockingQueue queue(zk(), "/q");
        value_of(queue.put_async("a"));
        EXPECT_EQ(value_of(queue.get_async()), "a");
        return queue;
    }
};

TEST_P(LockingQueueTest, LocksAnItemUntilItIsConsumed) {
    LockingQueue one(zk(), "/q");
    LockingQueue two(zk(), "/q");
    value_of(one.put_all_async({"a", "b"}));
    EXPECT_EQ(value_of(one.get_async()), "a");
    EXPECT_EQ(value_of(one.get_async()), "a") << "it holds one item at a time";
    EXPECT_EQ(value_of(one.try_get_async()), "a");
    EXPECT_EQ(value_of(two.get_async()), "b");
    EXPECT_EQ(value_of(two.size_async()), 2) << "with those that are locked";
    EXPECT_TRUE(value_of(one.holds_lock_async()));
    EXPECT_TRUE(value_of(one.consume_async()));
    EXPECT_EQ(entries(), Names({"entry-100-0000000001"}));
    EXPECT_EQ(claims(), Names({"entry-100-0000000001"}));
    EXPECT_FALSE(value_of(one.holds_lock_async()));
    EXPECT_FALSE(value_of(one.consume_async()));
    EXPECT_EQ(value_of(one.try_get_async()), std::nullopt);
    EXPECT_TRUE(value_of(two.holds_lock_async()));
}

TEST_P(LockingQueueTest, HasTheLayoutOfPythonsKazoo) {
    auto queue = holding();
    value_of(queue.put_async("b", 3));
    EXPECT_EQ(entries(), Names({"entry-003-0000000001", first}));
    EXPECT_EQ(claims(), Names({first}));
    const auto claim = other().get("/q/taken/entry-100-0000000000");
    EXPECT_EQ(claim.stat.ephemeral_owner, zk().client_id()->session_id);
    EXPECT_EQ(claim.data.size(), 32);
    EXPECT_EQ(claim.data.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(queue.token(), claim.stat.czxid);
    EXPECT_EQ(other().get("/q/entries/entry-100-0000000000").stat.ephemeral_owner, 0);
}

TEST_P(LockingQueueTest, GivesAReleasedItemToAnotherConsumer) {
    auto one = holding();
    LockingQueue two(zk(), "/q");
    const auto waiting = two.get_async();
    EXPECT_TRUE(value_of(one.holds_lock_async()));  // behind the reads of the other
    EXPECT_FALSE(waiting.ready());
    const auto token = one.token();
    EXPECT_TRUE(value_of(one.release_async()));
    EXPECT_EQ(one.token(), std::nullopt);
    EXPECT_EQ(value_of(waiting), "a");
    EXPECT_GT(two.token().value(), token.value());
    EXPECT_FALSE(value_of(one.release_async()));
    EXPECT_TRUE(value_of(two.holds_lock_async()));
}

TEST_P(LockingQueueTest, ServesWaitingCallsWithOnePairOfWatches) {
    LockingQueue queue(zk(), "/q");
    std::vector<AsyncResult<std::string>> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(queue.get_async());
    const auto late = queue.get_async(CallOptions().timeout(100ms));
    EXPECT_EQ(error_of(late).code(), Errc::operation_timeout);
    ASSERT_TRUE(is_watching());
    LockingQueue(other(), "/q").put("a");
    for (const auto& item : waiting) EXPECT_EQ(value_of(item), "a");
    EXPECT_LE(zk().metrics().watches_registered, 2);
    EXPECT_EQ(claims(), Names({first}));
}

TEST_P(LockingQueueTest, GivesEachItemToOneConsumerAtATime) {
    constexpr int count = 30;
    auto& second = start_client();
    LockingQueue queues[] = {
        LockingQueue(zk(), "/q"), LockingQueue(zk(), "/q"), LockingQueue(second, "/q")};
    Names items;
    for (int i = 0; i < count; ++i) items.push_back(std::to_string(i));
    LockingQueue(other(), "/q").put_all(items);
    Names consumed;
    for (int i = 0; i < count / 3; ++i) {
        std::vector<AsyncResult<std::string>> locked;
        for (auto& queue : queues) locked.push_back(queue.get_async());
        for (const auto& item : locked) consumed.push_back(value_of(item));
        for (auto& queue : queues) EXPECT_TRUE(value_of(queue.consume_async()));
    }
    std::sort(consumed.begin(), consumed.end());
    std::sort(items.begin(), items.end());
    EXPECT_EQ(consumed, items);
    EXPECT_EQ(entries(), Names());
    EXPECT_EQ(claims(), Names());
}

TEST_P(LockingQueueTest, LosesTheItemWithTheSession) {
    auto queue = holding();
    LockingQueue rival(other(), "/q");
    expire_session();
    EXPECT_EQ(queue.token(), std::nullopt);
    EXPECT_EQ(rival.get(CallOptions().timeout(patience)), "a");
    EXPECT_FALSE(value_of(queue.holds_lock_async()));
    EXPECT_FALSE(value_of(queue.consume_async()));
    EXPECT_FALSE(value_of(queue.release_async()));
    EXPECT_TRUE(rival.holds_lock()) << "the lock of another is not touched";
    EXPECT_TRUE(rival.consume());
}

TEST_P(LockingQueueTest, LosesAnItemWhoseClaimWasDeleted) {
    auto queue = holding();
    other().delete_("/q/taken/entry-100-0000000000");
    EXPECT_FALSE(value_of(queue.holds_lock_async()));
    LockingQueue rival(other(), "/q");
    EXPECT_EQ(rival.get(CallOptions().timeout(patience)), "a");
    EXPECT_FALSE(value_of(queue.consume_async()));
    EXPECT_EQ(entries(), Names({first})) << "another consumer has it";
    EXPECT_TRUE(rival.holds_lock());
}

TEST_P(LockingQueueTest, FindsTheClaimOfACreateWithoutAReply) {
    LockingQueue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    server.inject(on_own(Fault::drop_after(), Request::create).path("/q/taken/").once());
    EXPECT_EQ(value_of(queue.get_async()), "a");
    EXPECT_EQ(claims(), Names({first}));
    EXPECT_EQ(queue.token(), other().exists("/q/taken/entry-100-0000000000")->czxid);
    EXPECT_TRUE(value_of(queue.consume_async()));
}

TEST_P(LockingQueueTest, LeavesNoClaimWhereACreateWithoutAReplyIsGivenUp) {
    LockingQueue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    ASSERT_TRUE(other().ensure_path("/q/taken"));
    server.inject(on_own(Fault::drop_after(), Request::create).path("/q/taken/").once());
    server.handshakes(testing::Handshake::refuse);  // the client cannot find out what became of it
    const auto refused = queue.get_async(CallOptions().timeout(300ms));
    EXPECT_EQ(error_of(refused).code(), Errc::operation_timeout);
    EXPECT_EQ(claims(), Names({first}));
    server.clear_faults();
    EXPECT_TRUE(have_no_claims()) << "it is deleted in the background";
    EXPECT_EQ(value_of(queue.get_async()), "a");
}

TEST_P(LockingQueueTest, LeavesNoClaimIfTheEntryCannotBeRead) {
    LockingQueue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    server.inject(on_own(Fault::fail(Errc::no_auth), Request::get).once());
    EXPECT_EQ(error_of(queue.get_async()).code(), Errc::no_auth);
    EXPECT_TRUE(have_no_claims());
}

TEST_P(LockingQueueTest, LeavesNoClaimForACallThatIsCancelled) {
    LockingQueue queue(zk(), "/q");
    value_of(queue.put_async("a"));
    ASSERT_TRUE(other().ensure_path("/q/taken"));
    const auto held = server.inject(on_own(Fault::hold(), Request::create));
    const auto item = queue.get_async();
    ASSERT_TRUE(wait_until([&] { return !claims().empty(); }, patience));
    item.cancel();
    server.remove(held);
    const auto error = error_of(item);
    EXPECT_EQ(error.code(), ClientErrc::cancelled);
    EXPECT_TRUE(have_no_claims());
    EXPECT_EQ(value_of(queue.get_async()), "a");
}

TEST_P(LockingQueueTest, FindsOutWhatBecameOfAConsumeWithoutAReply) {
    auto queue = holding();
    server.inject(on_own(Fault::drop_after(), Request::multi).once());
    EXPECT_TRUE(value_of(queue.consume_async()));
    EXPECT_EQ(entries(), Names());
    EXPECT_EQ(claims(), Names());
    value_of(queue.put_async("b"));
    EXPECT_EQ(value_of(queue.get_async()), "b");
    server.inject(on_own(Fault::drop_before(), Request::multi).times(2));
    EXPECT_TRUE(value_of(queue.consume_async()));
    EXPECT_EQ(entries(), Names());
}

TEST_P(LockingQueueTest, SaysOnRequestWhetherAConsumeThatWasGivenUpWasApplied) {
    auto queue = holding();
    const auto held = server.inject(on_own(Fault::hold(), Request::multi));
    const auto given_up = queue.consume_async();
    ASSERT_TRUE(wait_until([&] { return entries().empty(); }, patience));
    given_up.cancel();
    const auto error = error_of(given_up);
    EXPECT_EQ(error.code(), ClientErrc::cancelled);
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    server.remove(held);
    EXPECT_TRUE(value_of(queue.consume_async()));
    EXPECT_FALSE(value_of(queue.consume_async()));
}

TEST_P(LockingQueueTest, SaysThatAnItemMayHaveBeenConsumedBeforeTheSessionEnded) {
    auto queue = holding();
    const auto held = server.inject(on_own(Fault::hold(), Request::multi));
    const auto given_up = queue.consume_async();
    ASSERT_TRUE(wait_until([&] { return entries().empty(); }, patience));
    given_up.cancel();
    EXPECT_EQ(error_of(given_up).outcome(), Outcome::unknown);
    server.remove(held);
    expire_session();
    const auto error = error_of(queue.consume_async());
    EXPECT_EQ(error.code(), Errc::session_expired);
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_EQ(error.path(), "/q/entries/entry-100-0000000000");
}

TEST_P(LockingQueueTest, SaysThatAnItemWasNotConsumedBeforeTheSessionEnded) {
    auto queue = holding();
    server.inject(on_own(Fault::drop_before(), Request::multi));
    const auto refused = queue.consume_async(CallOptions().timeout(300ms));
    EXPECT_EQ(error_of(refused).outcome(), Outcome::unknown);
    server.clear_faults();
    expire_session();
    EXPECT_FALSE(value_of(queue.consume_async()));
    EXPECT_EQ(entries(), Names({first}));
}

TEST_P(LockingQueueTest, CompletesAReleaseWithoutAReply) {
    auto queue = holding();
    server.inject(on_own(Fault::drop_after(), Request::delete_).once());
    EXPECT_TRUE(value_of(queue.release_async()));
    EXPECT_EQ(claims(), Names());
    EXPECT_EQ(value_of(queue.get_async()), "a");
    server.inject(on_own(Fault::drop_before(), Request::delete_).once());
    const auto cancelled = queue.release_async();
    cancelled.cancel();
    EXPECT_EQ(queue.token(), std::nullopt);
    EXPECT_TRUE(have_no_claims());
}

TEST_P(LockingQueueTest, ReleasesItsItemWhenItIsDestroyed) {
    {
        auto queue = holding();
        auto moved = std::move(queue);
        EXPECT_TRUE(value_of(moved.holds_lock_async()));
    }
    EXPECT_TRUE(have_no_claims());
    AsyncResult<std::string> waiting;
    {
        LockingQueue consumer(zk(), "/q");
        EXPECT_EQ(value_of(consumer.get_async()), "a");
        LockingQueue late(zk(), "/q");
        waiting = late.get_async();
        EXPECT_TRUE(value_of(consumer.holds_lock_async()));  // behind the reads of the other
    }
    EXPECT_EQ(error_of(waiting).code(), ClientErrc::cancelled);
    EXPECT_TRUE(have_no_claims());
}

TEST_P(LockingQueueTest, EndsWithItsClient) {
    KazooClient client(options());
    LockingQueue queue(client, "/q");
    EXPECT_EQ(error_of(queue.get_async()).code(), ClientErrc::connection_closed);
    client.start(patience);
    const auto waiting = queue.get_async();
    ASSERT_TRUE(wait_until([&] { return client.metrics().watches_registered == 2; }, patience));
    client.stop();
    EXPECT_EQ(error_of(waiting).code(), ClientErrc::connection_closed);
    client.start(patience);
    value_of(queue.put_async("a"));
    EXPECT_EQ(value_of(queue.get_async()), "a");
    client = KazooClient(options());
    EXPECT_EQ(error_of(queue.holds_lock_async()).code(), std::error_code());
    EXPECT_EQ(error_of(queue.size_async()).code(), ClientErrc::connection_closed);
    EXPECT_TRUE(have_no_claims());
}

KAZOO_ON_EACH_HANDLER(LockingQueueTest);

}  // namespace
}  // namespace kazoo::recipe_tests
