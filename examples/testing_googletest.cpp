// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/testing-your-application.md for GoogleTest.
#include "membership.hpp"

#include <kazoo/kazoo.hpp>
#include <kazoo/testing/test_harness.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>

//! [fixture]
class MembershipTest : public ::testing::Test {
protected:
    bool is_announced() { return harness.client().exists("/members/a").has_value(); }

    kazoo::testing::TestHarness harness;
};

TEST_F(MembershipTest, IsAnnounced) {
    const Membership member(harness.client(), "/members/a");
    EXPECT_TRUE(harness.wait([&] { return is_announced(); }));
}
//! [fixture]

//! [disruptions]
TEST_F(MembershipTest, SurvivesALostConnection) {
    auto& zk = harness.client();
    const Membership member(zk, "/members/a");
    ASSERT_TRUE(harness.wait([&] { return is_announced(); }));
    const auto before = zk.exists("/members/a")->czxid;
    harness.lose_connection(zk);
    EXPECT_EQ(zk.exists("/members/a")->czxid, before) << "it is still the same node";
}

TEST_F(MembershipTest, IsAnnouncedAgainInANewSession) {
    auto& zk = harness.make_client();
    harness.start(zk);
    const Membership member(zk, "/members/a");
    ASSERT_TRUE(harness.wait([&] { return is_announced(); }));
    const auto before = harness.client().exists("/members/a")->czxid;
    harness.expire_session(zk);
    EXPECT_TRUE(harness.wait([&] {
        const auto stat = harness.client().exists("/members/a");
        return stat && stat->czxid != before;
    }));
}
//! [disruptions]

//! [faults]
TEST(Faults, AWriteWithoutAReplyMayHaveBeenApplied) {
    using namespace kazoo::testing;
    TestHarness harness(HarnessOptions().server_options(ServerOptions()));
    auto& zk = harness.client();
    harness.server().inject(Fault::drop_after().on(Request::create).once());
    try {
        zk.create("/a");
        FAIL() << "the reply was lost";
    } catch (const kazoo::ConnectionLoss& error) {
        EXPECT_EQ(error.outcome(), kazoo::Outcome::unknown);
    }
    EXPECT_TRUE(zk.exists("/a"));
}
//! [faults]

//! [loop]
class OnALoop : public ::testing::Test {
protected:
    boost::asio::io_context context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        context.get_executor()};
    kazoo::testing::TestHarness harness{
        kazoo::testing::HarnessOptions()
            .client_options(kazoo::ClientOptions().handler(
                std::make_shared<kazoo::SequentialAsioHandler>(context)
            ))
            .run_loop([this](auto limit) { context.run_one_for(limit); })};
};

TEST_F(OnALoop, TheHarnessRunsIt) {
    auto& zk = harness.client();
    const Membership member(zk, "/members/a");
    EXPECT_TRUE(harness.wait([&] { return harness.get(zk.exists_async("/members/a")); }));
    harness.expire_session(zk);
    EXPECT_TRUE(harness.wait([&] { return harness.get(zk.exists_async("/members/a")); }));
}
//! [loop]
