// SPDX-License-Identifier: Apache-2.0
// Requests that the session sends again after a lost connection.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::run_every_way;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int32_t node_missing = -101;
constexpr std::int32_t data_changed = 3;

void read(SessionScript& s, const std::string& name, const std::string& path = "/a") {
    EXPECT_FALSE(s.ask(name, Opcode::get_data, {.path = path, .resend = Resend::reads}));
}

class SessionResendTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }
    void read(const std::string& name, const std::string& path = "/a") {
        session::read(s, name, path);
    }
    void watch(const std::string& name, const std::string& watcher, Opcode op = Opcode::get_data) {
        EXPECT_FALSE(s.ask(name, op, {.watcher = watcher, .resend = Resend::reads}));
    }
    /// Loses the connection and makes another; returns all lines of that but the handshake's.
    std::vector<std::string> lose_and_reconnect() {
        s.take();
        s.closed();
        s.reconnect();
        auto lines = s.take();
        std::erase_if(lines, [](const std::string& line) {
            return line == "disconnect" || line.starts_with("resolve") ||
                   line.starts_with("connect") || line.starts_with("> connect");
        });
        return lines;
    }

    SessionScript s;
};

TEST_F(SessionResendTest, MixedRequestsEndOrAreSentAgainInOrder) {
    read("r1", "/1");
    s.set("w1", "/2");
    read("r2", "/3");
    read("r3", "/4");
    s.hold_output(true);
    s.set("w2", "/5");
    read("r4", "/6");
    s.take();
    s.closed();
    s.hold_output(false);
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "r1 connection_loss not applied",
            "w1 connection_loss unknown",
            "w2 connection_loss not sent",
            "CONNECTING",
            "disconnect"
        )
    );
    s.get("r5", "/7");
    s.reconnect();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            HasSubstr("> connect id="),
            "CONNECTED",
            "> get_data 3 /3",
            "> get_data 4 /4",
            "> get_data 6 /6",
            "> get_data 7 /7"
        )
    );
    s.serve();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok", "r3 ok", "r4 ok", "r5 ok"));
    EXPECT_EQ(s.session().requests(), 0U);
    EXPECT_EQ(s.session().metrics().session.requests_resent, 2U);
}

TEST_F(SessionResendTest, CredentialsAndWatchesPrecedeWhatIsSentAgain) {
    EXPECT_FALSE(s.ask("set-up", Opcode::get_data, {.path = "/w", .watcher = "w1"}));
    s.answer(0, 7);
    EXPECT_FALSE(s.add_auth("auth"));
    s.answer_auth();
    read("r1");
    s.closed();
    s.reconnect();
    s.take();
    s.answer_auth();
    EXPECT_THAT(
        s.take(),
        ElementsAre("CONNECTED", "> set_watches 7 data[/w] exist[] child[]", "> get_data 2 /a")
    );
}

TEST_F(SessionResendTest, AWatchIsRegisteredOnceByTheReplyThatArrives) {
    watch("r1", "w1");
    EXPECT_THAT(lose_and_reconnect(), ElementsAre("CONNECTING", "CONNECTED", "> get_data 1 /a"));
    EXPECT_EQ(s.session().watches(), 0U) << "nothing was restored";
    s.answer();
    EXPECT_EQ(s.session().watches(), 1U);
    s.take();
    s.notify(data_changed, "/a");
    s.notify(data_changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w1"));
    EXPECT_EQ(s.returned_unregistered("w1"), 0);
}

TEST_F(SessionResendTest, TheReplyThatArrivesDecidesWhatAWatchIs) {
    watch("r1", "w1", Opcode::exists);
    lose_and_reconnect();
    s.answer(node_missing, 5);
    s.take();
    s.closed();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 5 data[] exist[/a] child[]"));
}

TEST_F(SessionResendTest, AReadIsNotRegisteredAfterARemovalOfWatchesThatFollowedIt) {
    watch("r1", "w1");
    EXPECT_FALSE(
        s.ask("x", Opcode::remove_watches, {.removes = data_kinds, .resend = Resend::reads})
    );
    const auto lines = lose_and_reconnect();
    EXPECT_THAT(
        lines, ElementsAre("r1 connection_loss not applied", "x ok", "CONNECTING", "CONNECTED")
    );
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionResendTest, AnUnsentRemovalOfWatchesIsSentInItsPlace) {
    watch("r1", "w1");
    s.hold_output(true);
    EXPECT_FALSE(s.ask("x", Opcode::remove_watches, {.removes = data_kinds}));
    s.closed();
    s.hold_output(false);
    s.reconnect();
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed w1"));
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionResendTest, AnUnsentRemovalThatDoesNotWaitFailsAndKeepsTheWatches) {
    EXPECT_FALSE(s.ask("set-up", Opcode::get_data, {.watcher = "w1"}));
    s.answer();
    watch("r1", "w2");
    s.hold_output(true);
    EXPECT_FALSE(
        s.ask("x", Opcode::remove_watches, {.removes = data_kinds, .resend = Resend::nothing})
    );
    s.take();
    s.closed();
    s.hold_output(false);
    EXPECT_THAT(s.take(), Contains("x connection_loss not sent"));
    s.reconnect();
    s.restored();
    s.serve();
    EXPECT_EQ(s.session().watches(), 2U) << "r1, called before, has set its watch again";
}

TEST_F(SessionResendTest, ALastingWatchIsRequestedAgain) {
    EXPECT_FALSE(s.ask(
        "a",
        Opcode::add_watch,
        {.path = "/p", .watcher = "w1", .kind = WatchKind::persistent, .resend = Resend::reads}
    ));
    EXPECT_THAT(lose_and_reconnect(), ElementsAre("CONNECTING", "CONNECTED", "> add_watch 1 /p"))
        << "no gap: it was not set";
    s.answer();
    s.notify(data_changed, "/p");
    EXPECT_THAT(s.take(), ElementsAre("a ok", "watch CHANGED /p -> w1"));
}

TEST_F(SessionResendTest, ASyncAndItsReadAreSentAgainTogether) {
    EXPECT_FALSE(s.ask("s", Opcode::sync, {.resend = Resend::reads}));
    read("r");
    EXPECT_THAT(
        lose_and_reconnect(),
        ElementsAre("CONNECTING", "CONNECTED", "> sync 1 /a", "> get_data 2 /a")
    );
}

TEST_F(SessionResendTest, TheLostSessionFailsWhatWaits) {
    read("r1");
    s.closed();
    s.set("w1");
    s.take();
    s.reconnect({.timeout_ms = 0});
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("r1 session_expired not applied"));
    EXPECT_THAT(lines, Contains("w1 session_expired not sent"));
    s.reconnect();
    EXPECT_THAT(s.take(), Not(Contains(HasSubstr("get_data"))));
}

TEST_F(SessionResendTest, ACloseEndsWhatWaits) {
    read("r1");
    s.closed();
    s.take();
    s.close();
    EXPECT_THAT(s.take(), Contains("r1 connection_loss not applied"));
}

TEST(SessionResendLimits, AClientThatGivesUpEndsWhatWaits) {
    auto config = testing_support::script_config();
    config.connection_retry.max_tries(1);
    SessionScript s(config);
    s.establish();
    read(s, "r1");
    s.answer();
    read(s, "r2");
    s.closed();
    s.take();
    s.unresolved();
    EXPECT_THAT(s.take(), Contains("r2 connection_loss not applied"));
    EXPECT_TRUE(s.session().finished());
}

TEST_F(SessionResendTest, DeadlinesAndCancellationApplyMeanwhile) {
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.deadline = s.now() + 1s, .resend = Resend::reads})
    );
    read("r2");
    read("r3", "/3");
    s.closed();
    s.take();
    EXPECT_TRUE(s.cancel("r2"));
    EXPECT_THAT(s.take(), ElementsAre("r2 cancelled not applied"));
    s.pass(1s);
    EXPECT_THAT(s.take(), Contains("r1 operation_timeout not applied"));
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> get_data 3 /3"));
    EXPECT_EQ(s.session().requests(), 1U);
}

TEST_F(SessionResendTest, ARequestThatEndsConnectionsIsGivenUp) {
    read("poison");
    for (int connection = 0; connection < 2; ++connection) {
        s.closed();
        s.reconnect();
        EXPECT_THAT(s.take(), Contains("> get_data 1 /a"));
    }
    s.closed();
    EXPECT_THAT(s.take(), Contains("poison connection_loss not applied"));
}

TEST(SessionResendLimits, QueueLimitsIncludeWhatIsSentAgain) {
    auto config = testing_support::script_config();
    config.limits.requests = 2;
    SessionScript limited(config);
    limited.establish();
    session::read(limited, "r1");
    session::read(limited, "r2");
    limited.closed();
    EXPECT_EQ(limited.ask("r3", Opcode::get_data), ClientErrc::queue_full);
    limited.reconnect();
    EXPECT_EQ(limited.ask("r3", Opcode::get_data), ClientErrc::queue_full);
    limited.answer();
    EXPECT_FALSE(limited.ask("r3", Opcode::get_data));
}

TEST_F(SessionResendTest, LatenciesAreMeasuredOnce) {
    read("r1");
    lose_and_reconnect();
    s.answer();
    const auto index = operation_index(Opcode::get_data);
    const auto& latencies = s.session().metrics().latencies[index];
    ASSERT_TRUE(latencies);
    EXPECT_EQ(latencies->queued.count(), 1U);
    EXPECT_EQ(latencies->on_the_wire.count(), 1U);
}

TEST(SessionResendScript, EndsWellWhateverFails) {
    run_every_way([](SessionScript& s) {
        s.establish();
        read(s, "r1");
        s.set("w1");
        EXPECT_FALSE(
            s.ask("r2", Opcode::get_data, {.path = "/w", .watcher = "w2", .resend = Resend::reads})
        );
        EXPECT_FALSE(s.ask("r3", Opcode::sync, {.deadline = s.now() + 5s, .resend = Resend::reads})
        );
        s.answer();
        s.closed();
        read(s, "r4");
        s.reconnect();
        s.answer(0, 5);
        s.closed();
        s.reconnect();
        s.restored();
        s.serve();
        EXPECT_TRUE(s.open_requests().empty());
        EXPECT_EQ(s.session().watches(), 1U);
    });
}

}  // namespace
}  // namespace kazoo::session
