// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/leader_latch.hpp>

#include <regex>

namespace kazoo::recipe_tests {
namespace {

using Calls = std::vector<std::string>;

class LeaderLatchTest : public RecipeTest {
protected:
    LeaderLatchOptions recording(const char* identifier) {
        return LeaderLatchOptions()
            .identifier(identifier)
            .retry(quick())
            .on_leader([calls = calls](const Leadership& leading) {
                calls->add(leading.token() > 0 ? "leader" : "nothing");
            })
            .on_not_leader([calls = calls] { calls->add("not leader"); });
    }
    std::shared_ptr<Recorder<std::string>> calls = std::make_shared<Recorder<std::string>>();
};

TEST_P(LeaderLatchTest, LeadsUntilItIsClosed) {
    LeaderLatch latch(zk(), "/latch", recording("mine"));
    EXPECT_FALSE(latch.has_leadership());
    EXPECT_THROW(latch.await_async().get(patience), BadArgumentsError) << "it is not started";
    latch.start();
    const auto leading = latch.await_async().get(patience);
    EXPECT_TRUE(leading.is_held());
    EXPECT_TRUE(latch.has_leadership());
    ASSERT_TRUE(calls->wait_for(1));
    const auto leader = latch.leader_async().get(patience);
    ASSERT_TRUE(leader);
    EXPECT_EQ(leader->data, "mine");
    EXPECT_TRUE(std::regex_match(
        leader->name, std::regex("_c_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-latch-[0-9]{10}")
    )) << leader->name;
    latch.close();
    EXPECT_FALSE(latch.has_leadership());
    EXPECT_FALSE(leading.is_held());
    EXPECT_TRUE(wait_until(
        [&] {
            const auto stat = other().exists("/latch");
            return !stat || stat->num_children == 0;
        },
        patience
    ));
    EXPECT_THROW(latch.await_async().get(patience), CancelledError);
    EXPECT_EQ(calls->all(), Calls{"leader"}) << "closing is no loss";
}

TEST_P(LeaderLatchTest, TheNextOneLeadsWhenTheFirstIsClosed) {
    LeaderLatch first(zk(), "/latch", LeaderLatchOptions().identifier("first"));
    LeaderLatch second(start_client(), "/latch", recording("second"));
    first.start();
    const auto token = first.await_async().get(patience).token();
    second.start();
    ASSERT_TRUE(
        wait_until([&] { return first.participants_async().get(patience).size() == 2; }, patience)
    );
    EXPECT_FALSE(second.has_leadership());
    EXPECT_THROW(
        second.await_async(CallOptions().timeout(10ms)).get(patience), OperationTimeoutError
    );
    const auto waiting = second.await_async();
    first.close();
    EXPECT_GT(waiting.get(patience).token(), token);
}

TEST_P(LeaderLatchTest, StandsAgainAfterTheLossOfTheSession) {
    LeaderLatch latch(zk(), "/latch", recording("mine"));
    latch.start();
    const auto token = latch.await_async().get(patience).token();
    expire_session();
    ASSERT_TRUE(calls->wait_for(3));
    EXPECT_EQ(calls->all(), (Calls{"leader", "not leader", "leader"}));
    EXPECT_GT(latch.leadership().token(), token);
}

TEST_P(LeaderLatchTest, StandsAgainWhenItsNodeIsDeleted) {
    LeaderLatch latch(zk(), "/latch", recording("mine"));
    latch.start();
    const auto leading = latch.await_async().get(patience);
    other().delete_(leading.path());
    ASSERT_TRUE(calls->wait_for(3));
    EXPECT_EQ(calls->all(), (Calls{"leader", "not leader", "leader"}));
    EXPECT_FALSE(leading.is_held());
}

TEST_P(LeaderLatchTest, AnErrorIsReportedOnceAndTriedAgain) {
    server.inject(Fault::fail(Errc::no_auth).on(Request::create));
    auto errors = std::make_shared<Recorder<std::string>>();
    LeaderLatch latch(zk(), "/latch", recording("mine").on_error([=](const Error& error) {
        errors->add(error_name(error.code()));
    }));
    latch.start();
    ASSERT_TRUE(errors->wait_for(1));
    server.clear_faults();
    EXPECT_TRUE(latch.await_async().get(patience).is_held());
    EXPECT_EQ(errors->all(), std::vector<std::string>{"no_auth"});
}

TEST_P(LeaderLatchTest, LimitsOfRetriesApplyToErrorsInARow) {
    auto errors = std::make_shared<Recorder<std::string>>();
    LeaderLatch latch(
        zk(),
        "/latch",
        recording("mine").retry(quick().max_tries(2)).on_error([=](const Error& error) {
            errors->add(error_name(error.code()));
        })
    );
    const auto refuse_once = [&] {
        server.inject(Fault::fail(Errc::no_auth).on(Request::create).once());
    };
    refuse_once();
    latch.start();
    for (std::size_t i = 1; i < 4; ++i) {
        ASSERT_TRUE(calls->wait_for(2 * i - 1)) << "it leads";
        ASSERT_TRUE(errors->wait_for(i));
        refuse_once();
        expire_session();
        ASSERT_TRUE(errors->wait_for(i + 1));
    }
    ASSERT_TRUE(calls->wait_for(7));
    server.inject(Fault::fail(Errc::no_auth).on(Request::create));
    expire_session();
    ASSERT_TRUE(errors->wait_for(6));
    EXPECT_THROW(latch.await_async().get(patience), CancelledError);
    EXPECT_EQ(errors->all().back(), "retry_failed");
}

TEST_P(LeaderLatchTest, ADeadlineOfRetriesDoesNotEndALeadership) {
    LeaderLatch latch(zk(), "/latch", recording("mine").retry(quick().deadline(100ms)));
    latch.start();
    const auto leading = latch.await_async().get(patience);
    sleep_async(zk().handler(), 300ms).get(patience);
    EXPECT_TRUE(leading.is_held());
    expire_session();
    ASSERT_TRUE(calls->wait_for(3));
    EXPECT_EQ(calls->all(), (Calls{"leader", "not leader", "leader"}));
}

TEST_P(LeaderLatchTest, EndsWithItsClient) {
    auto client = std::make_unique<KazooClient>(options());
    client->start(patience);
    LeaderLatch latch(*client, "/latch", recording("mine"));
    latch.start();
    static_cast<void>(latch.await_async().get(patience));
    client.reset();
    EXPECT_FALSE(latch.has_leadership());
    latch.close();
}

KAZOO_ON_EACH_HANDLER(LeaderLatchTest);

}  // namespace
}  // namespace kazoo::recipe_tests
