// SPDX-License-Identifier: Apache-2.0
// An unresponsive name server delays only the lookup of its own name.
#include "support/slow_names.hpp"

#include "support/fault_fixture.hpp"

#include <kazoo/handlers/asio.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

const auto slow_hosts = std::string(SlowNames::host) + ":2181";

class SlowNamesTest : public FaultTest {
protected:
    void TearDown() override {
        names_.reset();
        FaultTest::TearDown();
    }
    ClientOptions slow_options() {
        return options_for(slow_hosts).connect_timeout(50ms).close_timeout(50ms);
    }

    std::optional<SlowNames> names_{std::in_place};
};

TEST_P(SlowNamesTest, AStopDoesNotWait) {
    KazooClient zk(slow_options());
    EXPECT_THROW(zk.start(200ms), KazooTimeoutError);
    EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
    EXPECT_EQ(names_->under_way(), 1) << "it has waited for the answer, or asked again";
}

TEST_P(SlowNamesTest, DestroyingAClientDoesNotWait) {
    {
        KazooClient zk(slow_options());
        (void)zk.start_async();
        ASSERT_TRUE(names_->wait_for_look_up());
    }
    EXPECT_EQ(names_->under_way(), 1);
}

TEST_P(SlowNamesTest, OtherNamesAreNotDelayed) {
    const auto port = std::to_string(shared_server().port());
    StartedClient zk(options_for(slow_hosts + ",localhost:" + port + chroot())
                         .randomize_hosts(false)
                         .connect_timeout(50ms));
    EXPECT_TRUE(zk.exists("/").has_value());
    EXPECT_EQ(names_->under_way(), 1);
}

TEST_P(SlowNamesTest, ALateAnswerIsHarmless) {
    KazooClient zk(slow_options());
    auto started = zk.start_async();
    ASSERT_TRUE(names_->wait_for_look_up());
    zk.stop();
    EXPECT_FALSE(started.is_set());
    names_.reset();
    zk.set_hosts(shared_server().hosts());
    EXPECT_NO_THROW(zk.start(patience));
}

TEST_P(SlowNamesTest, ALateAnswerIsUsed) {
    const auto port = std::to_string(shared_server().port());
    KazooClient zk(options_for(std::string(SlowNames::late_host) + ":" + port + chroot())
                       .connect_timeout(5s)
                       .connection_retry(RetryPolicy().delay(1ms).max_delay(1ms)));
    const auto started = zk.start_async();
    ASSERT_TRUE(names_->wait_for_look_up());
    ASSERT_TRUE(wait_for_log("the name lookup is slow and continues in the background"));
    EXPECT_EQ(names_->begun(), 1);
    names_.reset();
    EXPECT_TRUE(started.wait(patience));
}

TEST_P(SlowNamesTest, ManyHangingNamesDelayNoOthers) {
    constexpr int dead = 100;
    std::string hosts;
    for (int i = 0; i < dead; ++i) {
        hosts += SlowNames::name(i) + ":2181,";
    }
    KazooClient waiting(options_for(hosts + slow_hosts).connect_timeout(1ms).close_timeout(50ms));
    (void)waiting.start_async();
    ASSERT_TRUE(names_->wait_for_look_up(dead));
    const auto port = std::to_string(shared_server().port());
    StartedClient zk(options_for("localhost:" + port + chroot()));
    EXPECT_TRUE(zk.exists("/").has_value());
    EXPECT_GE(names_->under_way(), dead);
}

TEST_P(SlowNamesTest, ClientsShareTheLookUpOfAName) {
    std::vector<std::unique_ptr<KazooClient>> waiting;
    for (int i = 0; i < 20; ++i) {
        waiting.push_back(std::make_unique<KazooClient>(slow_options()));
        (void)waiting.back()->start_async();
    }
    ASSERT_TRUE(names_->wait_for_look_up());
    const auto port = std::to_string(shared_server().port());
    StartedClient zk(options_for("localhost:" + port + chroot()));
    EXPECT_EQ(names_->begun(), 1);
}

KAZOO_ON_OWN_HANDLERS(SlowNamesTest);

TEST(SlowNamesOnALoop, TheEndOfTheLoopDoesNotWait) {
    SlowNames names;
    {
        boost::asio::io_context loop;
        KazooClient zk(ClientOptions()
                           .hosts(slow_hosts)
                           .close_timeout(0ms)
                           .handler(std::make_shared<SequentialAsioHandler>(loop)));
        (void)zk.start_async();
        const auto begun = [&] { return names.under_way() == 1; };
        EXPECT_TRUE(wait_until([&] { return loop.poll(), begun(); }, patience));
    }
    EXPECT_EQ(names.under_way(), 1);
}

}  // namespace
}  // namespace kazoo::testing_support
