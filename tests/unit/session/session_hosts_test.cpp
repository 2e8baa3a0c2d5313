// SPDX-License-Identifier: Apache-2.0
// Lists of servers that change while the session runs: the move to another server, and the host
// provider.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::Recovery;
using testing_support::run_every_way;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

const std::vector<HostPort> others{{"zk7", 2181}, {"zk8", 2181}};

void change(SessionScript& s, std::vector<HostPort> hosts, bool randomize = true) {
    s.session().change_hosts(std::move(hosts), randomize, s.now());
    s.settle();
}

/// Connects the session to whichever server it tries.
void arrive(SessionScript& s) {
    s.resolved({"10.0.0.7"});
    s.connected();
    s.welcome();
}

// --- the move ---

TEST(SessionHostsTest, AClientOfARemovedServerMovesAndKeepsItsSession) {
    run_every_way([](SessionScript& s) {
        s.establish();
        const auto id = s.session().identity().id;
        change(s, others);
        s.pass(0ms);
        const auto lines = s.take();
        ASSERT_EQ(lines.size(), 3U);
        EXPECT_EQ(lines[0], "CONNECTING");
        EXPECT_EQ(lines[1], "disconnect");
        EXPECT_THAT(lines[2], HasSubstr("resolve zk"));
        arrive(s);
        EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
        EXPECT_EQ(s.session().identity().id, id);
        EXPECT_EQ(
            s.session()
                .metrics()
                .session.connections_lost[static_cast<std::size_t>(LossReason::moved)],
            1U
        );
    });
}

TEST(SessionHostsTest, AClientOfAKeptServerStaysIfTheListBecomesShorter) {
    auto config = script_config();
    config.hosts = {{"zk1", 2181}, {"zk7", 2181}};
    SessionScript s(config);
    s.establish();
    change(s, {{"zk1", 2181}});
    s.pass(1s);
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST(SessionHostsTest, RequestsUnderWayAreAnsweredBeforeTheMove) {
    run_every_way([](SessionScript& s) {
        s.establish();
        s.get("r1");
        s.set("r2");
        s.take();
        change(s, others);
        s.set("r3");
        EXPECT_THAT(s.take(), IsEmpty()) << "r3 waits for the next connection";
        s.answer();
        EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
        s.answer();
        EXPECT_THAT(
            s.take(), ElementsAre("r2 ok", "CONNECTING", "disconnect", HasSubstr("resolve zk"))
        );
        arrive(s);
        EXPECT_THAT(s.take(), Contains("> set_data 3 /a"));
        s.answer();
        EXPECT_THAT(s.take(), ElementsAre("r3 ok"));
    });
}

TEST(SessionHostsTest, AMoveDoesNotWaitLongerThanAThirdOfTheTimeout) {
    SessionScript s;
    s.establish();
    s.set("r1");
    s.take();
    change(s, others);
    s.pass(3s);
    EXPECT_THAT(s.take(), Not(Contains("CONNECTING")));
    s.pass(334ms);
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("r1 connection_loss unknown"));
    EXPECT_THAT(lines, Contains("CONNECTING"));
}

TEST(SessionHostsTest, TheServerThatWasLeftIsTriedLast) {
    auto config = script_config();
    config.randomize_hosts = false;
    SessionScript s(config);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        config.seed = seed;
        config.randomize_hosts = true;
        SessionScript one(config);
        one.establish();
        change(one, {{"zk1", 2181}, {"zk7", 2181}});
        one.pass(0ms);
        const auto lines = one.take();
        if (lines.empty()) {
            continue;  // this client stays
        }
        EXPECT_THAT(lines, Contains("resolve zk7:2181"));
        one.unresolved();
        EXPECT_THAT(one.take(), Contains("resolve zk1:2181")) << "there is no other";
        arrive(one);
        EXPECT_EQ(one.session().state(), KeeperState::CONNECTED);
    }
}

TEST(SessionHostsTest, WithoutShufflingAClientMovesOnlyIfItsServerWasRemoved) {
    auto config = script_config();
    config.randomize_hosts = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        config.seed = seed;
        SessionScript s(config);
        s.establish();
        change(s, {{"zk7", 2181}, {"zk8", 2181}, {"zk1", 2181}}, false);
        s.pass(0ms);
        EXPECT_THAT(s.take(), IsEmpty());
        change(s, {{"zk8", 2181}, {"zk7", 2181}}, false);
        s.pass(0ms);
        EXPECT_THAT(s.take(), Contains("resolve zk8:2181")) << "the first of the list";
    }
}

TEST(SessionHostsTest, AListThatContainsTheServerAgainCancelsTheMove) {
    SessionScript s;
    s.establish();
    s.get("r1");
    change(s, others);
    change(s, {{"zk1", 2181}});
    s.take();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
    s.get("r2");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 2 /a"));
}

TEST(SessionHostsTest, AListWithoutRebalancingCancelsTheMove) {
    SessionScript s;
    s.establish();
    s.get("r1");
    change(s, others);
    s.session().set_hosts({{"zk9", 2181}}, true);
    s.settle();
    s.take();
    s.get("r2");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 2 /a")) << "nothing is held back any more";
    s.answer();
    s.answer();
    s.pass(4s);
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("r2 ok"));
    EXPECT_THAT(lines, Not(Contains("CONNECTING")));
}

TEST(SessionHostsTest, AnAttemptAtARemovedServerIsAbandoned) {
    SessionScript s;
    s.start();
    s.resolved();
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.1:2181"));
    change(s, others);
    s.pass(0ms);
    EXPECT_THAT(s.take(), ElementsAre("disconnect", HasSubstr("resolve zk")));
    arrive(s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionHostsTest, ACloseIsSentAlthoughAMoveWaits) {
    SessionScript s;
    s.establish();
    s.get("r1");
    change(s, others);
    s.close();
    s.answer();
    s.answer();
    EXPECT_TRUE(s.session().finished());
}

// --- the host provider ---

/// Loses a connection that has served something, so that there is no pause.
void lose(SessionScript& s) {
    s.get("served");
    s.serve();
    s.take();
    s.closed();
}

Config asking() {
    auto config = script_config();
    config.hosts = {};
    config.asks_for_hosts = true;
    return config;
}

const std::vector<HostPort> given{{"zk1", 2181}};

TEST(SessionHostsTest, TheProviderIsAskedBeforeEachRound) {
    SessionScript s(asking());
    s.start();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "ask for hosts"));
    s.hosts_given({{"zk1", 2181}, {"zk2", 2181}}, {}, true);
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
    s.unresolved();
    EXPECT_THAT(s.take(), ElementsAre("resolve zk2:2181")) << "in the same round";
    s.unresolved();
    EXPECT_THAT(s.take(), IsEmpty()) << "the pause between two rounds";
    s.pass(1s);
    EXPECT_THAT(s.take(), ElementsAre("ask for hosts"));
    s.hosts_given({{"zk3", 2181}});
    EXPECT_THAT(s.take(), ElementsAre("resolve zk3:2181"));
    arrive(s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    lose(s);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect", "ask for hosts"));
}

TEST(SessionHostsTest, AFailureOfTheProviderIsShownAndTriedAgain) {
    SessionScript s(asking());
    s.start();
    s.take();
    s.hosts_given({}, "the file is missing");
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("the file is missing")));
    const auto attempts = s.session().last_attempts();
    EXPECT_EQ(to_string(attempts), "tried host provider: the file is missing");
    s.pass(1s);
    EXPECT_THAT(s.take(), ElementsAre("ask for hosts"));
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
}

TEST(SessionHostsTest, AnEmptyListOfTheProviderIsAFailure) {
    SessionScript s(asking());
    s.start();
    s.hosts_given({});
    EXPECT_EQ(to_string(s.session().last_attempts()), "tried host provider: its list is empty");
}

TEST(SessionHostsTest, FailuresOfTheProviderCountAsTries) {
    auto config = asking();
    config.connection_retry.max_tries(2);
    SessionScript s(config);
    s.start();
    s.hosts_given({}, "no");
    EXPECT_FALSE(s.session().finished());
    s.pass(1s);
    s.hosts_given({}, "no");
    EXPECT_TRUE(s.session().finished());
}

TEST(SessionHostsTest, ALateProviderIsNotAskedTwice) {
    auto config = asking();
    config.hosts_timeout = 2s;
    SessionScript s(config);
    s.start();
    EXPECT_THAT(s.take(), Contains("ask for hosts"));
    s.pass(2s);
    EXPECT_THAT(to_string(s.session().last_attempts()), HasSubstr("no answer yet"));
    s.pass(10s);
    EXPECT_THAT(s.take(), IsEmpty()) << "the first question is still open";
    s.hosts_given(given);
    s.pass(3s);
    EXPECT_THAT(s.take(), Contains("ask for hosts")) << "in the next round";
}

TEST(SessionHostsTest, TheServersOfTheLastAnswerReplaceOneThatFailsOrIsLate) {
    SessionScript s(asking());
    s.start();
    s.hosts_given(given);
    arrive(s);
    lose(s);
    EXPECT_THAT(s.take(), Contains("ask for hosts"));
    s.hosts_given({}, "no");
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
    arrive(s);
    lose(s);
    s.take();
    s.pass(1s);
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181")) << "the patience is over";
    arrive(s);
    s.take();
    s.hosts_given({{"zk9", 2181}});
    EXPECT_THAT(s.take(), IsEmpty());
    lose(s);
    s.hosts_given({}, "no");
    EXPECT_THAT(s.take(), Contains("resolve zk9:2181")) << "the late answer counts";
}

TEST(SessionHostsTest, ALateAnswerEndsTheWaitForTheNameOfAFormerServer) {
    SessionScript s(asking());
    s.start();
    s.hosts_given(given);
    arrive(s);
    lose(s);
    s.pass(1s);
    EXPECT_THAT(s.take(), Contains("resolve zk1:2181")) << "the provider is late";
    s.pass(2s);
    EXPECT_THAT(s.take(), IsEmpty()) << "there is no other server";
    s.hosts_given({{"zk9", 2181}});
    EXPECT_THAT(s.take(), ElementsAre("resolve zk9:2181"));
    arrive(s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionHostsTest, ALateAnswerWithTheSameServerWaitsForItsNameOn) {
    SessionScript s(asking());
    s.start();
    s.hosts_given(given);
    arrive(s);
    lose(s);
    s.pass(1s);
    s.take();
    s.hosts_given(given);
    EXPECT_THAT(s.take(), IsEmpty());
    arrive(s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionHostsTest, TheSessionEndsWhileTheProviderIsSlow) {
    SessionScript s(asking());
    s.start();
    s.hosts_given(given);
    arrive(s);
    s.closed();
    s.close();
    EXPECT_TRUE(s.session().finished());
    s.hosts_given(given);
    EXPECT_TRUE(s.session().finished()) << "the answer is ignored";
}

TEST(SessionHostsTest, AnAnswerToNoQuestionIsIgnored) {
    SessionScript s(asking());
    s.start();
    s.session().on_hosts(0, {others, false, {}}, s.now());
    s.session().on_hosts(99, {others, false, {}}, s.now());
    s.settle();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "ask for hosts"));
}

TEST(SessionHostsTest, TheOrderOfTheProviderIsKeptIfItSaysSo) {
    const std::vector<HostPort> ordered{{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}};
    auto config = asking();
    config.randomize_hosts = true;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        config.seed = seed;
        SessionScript s(config);
        s.start();
        s.hosts_given(ordered, {}, true);
        EXPECT_THAT(s.take(), Contains("resolve a:1"));
    }
}

}  // namespace
}  // namespace kazoo::session
