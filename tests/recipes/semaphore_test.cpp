// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/semaphore.hpp>

#include <algorithm>
#include <atomic>
#include <regex>

namespace kazoo::recipe_tests {
namespace {

class SemaphoreTest : public RecipeTest {
protected:
    Semaphore two(KazooClient& client, const char* identifier = "mine") {
        return Semaphore(client, "/s", 2, SemaphoreOptions().identifier(identifier));
    }
    LockHandle lease(Semaphore& semaphore) { return semaphore.acquire_async().get(patience); }
    /// Waits until one acquisition waits for a lease.
    [[nodiscard]] bool an_acquisition_waits() {
        return wait_until(
            [&] {
                const auto stat = other().exists("/s-__lock__");
                return stat && stat->num_children == 1;
            },
            patience
        );
    }
    [[nodiscard]] bool nodes_remain(std::size_t number) {
        return wait_until(
            [&] {
                return other().get_children("/s").size() == number &&
                       other().get_children("/s-__lock__").empty();
            },
            patience
        );
    }
};

TEST_P(SemaphoreTest, AdmitsSoMany) {
    auto mine = two(zk());
    auto first = lease(mine);
    auto second = lease(mine);
    EXPECT_TRUE(first.is_held());
    EXPECT_GT(second.token(), first.token());
    EXPECT_FALSE(mine.try_acquire_async().get(patience));
    EXPECT_THROW(mine.acquire_async(CallOptions().timeout(20ms)).get(patience), LockTimeoutError);
    EXPECT_TRUE(first.release_async().get(patience));
    EXPECT_TRUE(mine.try_acquire_async().get(patience));
    EXPECT_TRUE(second.is_held());
}

TEST_P(SemaphoreTest, HasTheLayoutOfKazoo) {
    auto mine = two(zk(), "host-7");
    auto held = lease(mine);
    EXPECT_EQ(other().get("/s").data, "2");
    EXPECT_TRUE(std::regex_match(held.path(), std::regex("/s/[0-9a-f]{32}"))) << held.path();
    const auto node = other().get(held.path());
    EXPECT_EQ(node.data, "host-7");
    EXPECT_EQ(node.stat.ephemeral_owner, held.session());
    EXPECT_EQ(node.stat.czxid, held.token());
    EXPECT_EQ(mine.lease_holders_async().get(patience), std::vector<std::string>{"host-7"});
    EXPECT_TRUE(nodes_remain(1)) << "the inner lock is released";
}

TEST_P(SemaphoreTest, AWaitEndsWhenALeaseIsReleased) {
    auto mine = two(zk());
    auto first = lease(mine);
    auto second = lease(mine);
    auto waiting = mine.acquire_async();
    ASSERT_TRUE(an_acquisition_waits());
    EXPECT_FALSE(waiting.ready());
    second.release_async().get(patience);
    auto third = std::move(waiting).get(patience);
    EXPECT_TRUE(third.is_held());
    EXPECT_TRUE(nodes_remain(2));
}

TEST_P(SemaphoreTest, AWaitThatIsGivenUpLeavesNothing) {
    auto mine = two(zk());
    auto first = lease(mine);
    auto second = lease(mine);
    const auto cancelled = mine.acquire_async();
    ASSERT_TRUE(an_acquisition_waits());
    mine.cancel();
    EXPECT_THROW(cancelled.get(patience), CancelledError);
    EXPECT_TRUE(nodes_remain(2));
    const auto abandoned = mine.acquire_async();
    ASSERT_TRUE(an_acquisition_waits());
    abandoned.cancel();
    EXPECT_THROW(abandoned.get(patience), CancelledError);
    EXPECT_TRUE(nodes_remain(2));
    EXPECT_TRUE(first.is_held());
    EXPECT_TRUE(second.is_held());
}

TEST_P(SemaphoreTest, AWaitBeginsAgainInTheNextSession) {
    auto theirs = two(other());
    auto first = theirs.acquire();
    auto second = theirs.acquire();
    auto mine = two(zk());
    auto waiting = mine.acquire_async();
    ASSERT_TRUE(an_acquisition_waits());
    expire_session();
    ASSERT_TRUE(an_acquisition_waits());
    EXPECT_FALSE(waiting.ready());
    first.release();
    auto third = std::move(waiting).get(patience);
    EXPECT_TRUE(third.is_held());
    EXPECT_EQ(third.session(), zk().client_id()->session_id);
}

TEST_P(SemaphoreTest, ALeaseIsLostWithItsSessionAndWithItsNode) {
    auto mine = two(zk());
    auto first = lease(mine);
    other().delete_(first.path());
    EXPECT_TRUE(wait_until([&] { return first.lost().stop_requested(); }, patience));
    EXPECT_FALSE(first.is_held());
    auto second = lease(mine);
    expire_session();
    EXPECT_TRUE(wait_until([&] { return second.lost().stop_requested(); }, patience));
    EXPECT_FALSE(second.release_async().get(patience));
}

TEST_P(SemaphoreTest, ALostReplyIsNoSecondLease) {
    auto mine = two(zk());
    lease(mine).release_async().get(patience);
    const auto session = zk().client_id()->session_id;
    server.inject(Fault::drop_after().on(Request::create).session(session).times(2));
    auto held = lease(mine);
    EXPECT_TRUE(held.is_held());
    EXPECT_TRUE(nodes_remain(1));
}

TEST_P(SemaphoreTest, AnotherNumberOfLeasesIsAnError) {
    other().create("/s", "3");
    auto mine = two(zk());
    EXPECT_THROW(lease(mine), ConfigurationError);
    other().set("/s", "a text that is no number");
    EXPECT_TRUE(lease(mine).is_held());
    EXPECT_THROW(Semaphore(zk(), "/s", 0), BadArgumentsError);
    EXPECT_THROW(mine.set_max_leases_async(0).get(patience), BadArgumentsError);
}

TEST_P(SemaphoreTest, FollowsTheNumberInTheNode) {
    Semaphore mine(zk(), "/s", 1, SemaphoreOptions().follow_node());
    auto first = lease(mine);
    auto waiting = mine.acquire_async();
    ASSERT_TRUE(an_acquisition_waits());
    EXPECT_FALSE(waiting.ready());
    mine.set_max_leases_async(2).get(patience);
    auto second = std::move(waiting).get(patience);
    EXPECT_TRUE(first.is_held());
    EXPECT_TRUE(second.is_held());
    EXPECT_FALSE(mine.try_acquire_async().get(patience));
}

TEST_P(SemaphoreTest, ForeignNodesCount) {
    other().create("/s/of-others", "", CreateOptions().makepath());
    auto mine = two(zk());
    auto first = lease(mine);
    EXPECT_FALSE(mine.try_acquire_async().get(patience));
}

TEST_P(SemaphoreTest, NeverAdmitsMoreInACrowd) {
    constexpr int contenders = 12;
    auto inside = std::make_shared<std::atomic<int>>(0);
    auto most = std::make_shared<std::atomic<int>>(0);
    auto mine = two(zk());
    const auto work = [](Semaphore& semaphore,
                         std::shared_ptr<Handler> handler,
                         std::shared_ptr<std::atomic<int>> now,
                         std::shared_ptr<std::atomic<int>> peak) -> AsyncResult<void> {
        auto acquiring = semaphore.acquire_async();
        LockHandle held = co_await std::move(acquiring);
        const int number = ++*now;
        *peak = std::max(peak->load(), number);
        const auto pause = sleep_async(handler, 2ms);
        co_await pause;
        --*now;
        const auto released = held.release_async();
        co_await released;
    };
    std::vector<AsyncResult<void>> workers;
    for (int i = 0; i < contenders; ++i) {
        workers.push_back(work(mine, zk().handler(), inside, most));
    }
    for (const auto& worker : workers) {
        worker.get(patience);
    }
    EXPECT_EQ(most->load(), 2);
    EXPECT_TRUE(nodes_remain(0));
}

KAZOO_ON_EACH_HANDLER(SemaphoreTest);

}  // namespace
}  // namespace kazoo::recipe_tests
