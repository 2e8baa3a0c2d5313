// SPDX-License-Identifier: Apache-2.0
// Election and LeaderStream.
#include "recipe_fixture.hpp"

#include <kazoo/recipes/election.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace kazoo::recipe_tests {
namespace {

using Leaders = std::vector<std::string>;

class ElectionTest : public RecipeTest {
protected:
    Election election(KazooClient& client, const char* identifier) {
        return Election(client, "/election", LockOptions().identifier(identifier));
    }
    [[nodiscard]] bool becomes_empty() {
        return wait_until([&] { return other().get_children("/election").empty(); }, patience);
    }
};

TEST_P(ElectionTest, LeadsWhileTheFunctionRuns) {
    auto mine = election(zk(), "mine");
    std::int64_t token = 0;
    const auto led = mine.run_async([&](Leadership leading) -> AsyncResult<void> {
        token = leading.token();
        EXPECT_TRUE(leading.is_held());
        const auto asking = mine.leader_async();
        const auto leader = co_await asking;
        EXPECT_TRUE(leader);
        if (leader) {
            EXPECT_EQ(leader->data, "mine");
            EXPECT_EQ(leader->czxid, token);
            EXPECT_EQ(leader->session, zk().client_id()->session_id);
        }
        auto transaction = leading.transaction();
        transaction.create("/mark", "x");
        const auto committing = transaction.commit_async();
        co_await committing;
    });
    EXPECT_TRUE(led.get(patience));
    EXPECT_GT(token, 0);
    EXPECT_TRUE(other().exists("/mark"));
    EXPECT_TRUE(becomes_empty());
    EXPECT_EQ(mine.leader_async().get(patience), std::nullopt);
}

TEST_P(ElectionTest, TheNextContenderLeadsWhenTheFunctionHasReturned) {
    auto first = election(zk(), "first");
    auto second = election(start_client(), "second");
    auto order = std::make_shared<Recorder<std::string>>();
    const Event go(zk().handler());
    const auto one = first.run_async([=](const Leadership&) -> AsyncResult<void> {
        order->add("first");
        const auto waiting = go.wait_async();
        co_await waiting;
        order->add("first ends");
    });
    ASSERT_TRUE(order->wait_for(1));
    const auto two = second.run_async([=] { order->add("second"); });
    ASSERT_TRUE(
        wait_until([&] { return second.contenders_async().get(patience).size() == 2; }, patience)
    );
    EXPECT_EQ(order->all(), Leaders{"first"});
    go.set();
    EXPECT_TRUE(one.get(patience));
    EXPECT_TRUE(two.get(patience));
    EXPECT_EQ(order->all(), (Leaders{"first", "first ends", "second"}));
}

TEST_P(ElectionTest, TheErrorOfTheFunctionEndsTheLeadership) {
    auto mine = election(zk(), "mine");
    const auto throwing = mine.run_async([] { throw std::out_of_range("no"); });
    EXPECT_THROW(throwing.get(patience), std::out_of_range);
    const auto failing = mine.run_async([&](const Leadership&) -> AsyncResult<void> {
        const auto reading = zk().get_async("/none");
        co_await reading;
    });
    EXPECT_THROW(failing.get(patience), NoNodeError);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(ElectionTest, ALostLeadershipIsReported) {
    auto mine = election(zk(), "mine");
    auto tokens = std::make_shared<Recorder<std::int64_t>>();
    const auto led = mine.run_async([=, this](Leadership leading) -> AsyncResult<void> {
        tokens->add(leading.token());
        const Event lost(zk().handler());
        const std::stop_callback on_lost(leading.lost(), [lost] { lost.set(); });
        const auto waiting = lost.wait_async();
        co_await waiting;
        EXPECT_FALSE(leading.is_held());
    });
    ASSERT_TRUE(tokens->wait_for(1));
    expire_session();
    EXPECT_FALSE(led.get(patience)) << "it did not lead until the end";
}

TEST_P(ElectionTest, CancelEndsTheWait) {
    auto first = election(zk(), "first");
    auto second = election(start_client(), "second");
    const Event go(zk().handler());
    const Event leads(zk().handler());
    const auto one = first.run_async([=](const Leadership&) -> AsyncResult<void> {
        leads.set();
        const auto waiting = go.wait_async();
        co_await waiting;
    });
    leads.wait_async().get(patience);
    const auto two = second.run_async([] { ADD_FAILURE() << "it does not lead"; });
    ASSERT_TRUE(
        wait_until([&] { return first.contenders_async().get(patience).size() == 2; }, patience)
    );
    second.cancel();
    EXPECT_THROW(two.get(patience), CancelledError);
    first.cancel();
    EXPECT_FALSE(one.ready()) << "it leads already";
    go.set();
    EXPECT_TRUE(one.get(patience));
    EXPECT_TRUE(becomes_empty());
}

TEST_P(ElectionTest, RunRepeatedlyStandsAgain) {
    auto mine = election(zk(), "mine");
    auto tokens = std::make_shared<Recorder<std::int64_t>>();
    const auto running = mine.run_repeatedly_async([=, &mine](const Leadership& leading) {
        tokens->add(leading.token());
        if (tokens->all().size() == 3) mine.cancel();
    });
    EXPECT_THROW(running.get(patience), CancelledError);
    const auto all = tokens->all();
    ASSERT_EQ(all.size(), 3);
    EXPECT_LT(all[0], all[1]);
    EXPECT_LT(all[1], all[2]);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(ElectionTest, ATimeLimitEndsTheWaitOnly) {
    auto first = election(zk(), "first");
    auto second = election(start_client(), "second");
    const Event go(zk().handler());
    const auto limit = CallOptions().timeout(50ms);
    const Event leads(zk().handler());
    const auto one = first.run_async(
        [=](const Leadership&) -> AsyncResult<void> {
            leads.set();
            const auto waiting = go.wait_async();
            co_await waiting;
        },
        CallOptions().timeout(patience)
    );
    leads.wait_async().get(patience);
    EXPECT_THROW(second.run_async([] {}, limit).get(patience), LockTimeoutError);
    EXPECT_FALSE(one.ready());
    go.set();
    EXPECT_TRUE(one.get(patience));
}

TEST_P(ElectionTest, AStreamShowsWhoLeads) {
    LeaderStream leaders(zk(), "/election");
    const auto next = [&] {
        const auto change = leaders.next().get(patience);
        return change && change->leader ? change->leader->data : std::string("nobody");
    };
    EXPECT_EQ(next(), "nobody") << "the path does not exist";
    auto first = election(other(), "first");
    auto second = election(other(), "second");
    const Event go;
    std::thread one([&] { first.run([&](const Leadership&) { go.wait(patience); }); });
    EXPECT_EQ(next(), "first");
    std::thread two([&] { second.run([&] { go.wait(patience); }); });
    go.set();
    std::string last;
    while (last != "nobody") {  // the changes may be conflated
        last = next();
        EXPECT_TRUE(last == "second" || last == "nobody" || last == "first") << last;
    }
    one.join();
    two.join();
    leaders.stop();
    EXPECT_EQ(leaders.next().get(patience), std::nullopt);
}

KAZOO_ON_EACH_HANDLER(ElectionTest);

// The blocking form, on a handler with threads.

class BlockingElection : public ::testing::Test {
protected:
    Server server{ServerOptions().tick(100ms)};
    KazooClient zk{ClientOptions().hosts(server.hosts())};
    void SetUp() override { zk.start(patience); }
};

TEST_F(BlockingElection, CallsTheFunctionInTheCallingThread) {
    Election election(zk, "/election");
    const auto here = std::this_thread::get_id();
    EXPECT_TRUE(election.run([&](const Leadership& leading) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        EXPECT_TRUE(leading.is_held());
        EXPECT_EQ(election.leader()->czxid, leading.token());
    }));
    EXPECT_TRUE(election.contenders().empty()) << "the servers know that it has ended";
    EXPECT_THROW(election.run([] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_TRUE(election.run([&]() -> AsyncResult<void> { return sleep_async(zk.handler(), 1ms); })
    );
}

}  // namespace
}  // namespace kazoo::recipe_tests
