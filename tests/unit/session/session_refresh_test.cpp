// SPDX-License-Identifier: Apache-2.0
// Questions to the host provider that the user asks for, also while the session is connected.
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
using testing_support::run_every_way;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

const std::vector<HostPort> given{{"zk1", 2181}};
const std::vector<HostPort> others{{"zk7", 2181}, {"zk8", 2181}};

Config asking() {
    auto config = script_config();
    config.hosts = {};
    config.asks_for_hosts = true;
    return config;
}

/// Connects the session to whichever server it tries.
void arrive(SessionScript& s) {
    s.resolved({"10.0.0.7"});
    s.connected();
    s.welcome();
}

/// Connects a session whose provider gives zk1.
void establish(SessionScript& s) {
    s.start();
    s.hosts_given(given);
    arrive(s);
    s.take();
}

/// Loses a connection that has served something, so that there is no pause.
void lose(SessionScript& s) {
    s.get("served");
    s.serve();
    s.take();
    s.closed();
}

TEST(SessionRefreshTest, AConnectedSessionAsksAtOnceAndStaysIfItsServerIsKept) {
    run_every_way(
        [](SessionScript& s) {
            establish(s);
            EXPECT_FALSE(s.refresh_hosts("r1"));
            EXPECT_THAT(s.take(), ElementsAre("ask for hosts"));
            s.hosts_given(given);
            s.pass(0ms);
            EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
            EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
        },
        asking()
    );
}

TEST(SessionRefreshTest, AClientOfARemovedServerMovesWithoutAnotherQuestion) {
    SessionScript s(asking());
    establish(s);
    const auto id = s.session().identity().id;
    EXPECT_FALSE(s.refresh_hosts("r1"));
    s.hosts_given(others);
    s.pass(0ms);
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("r1 ok"));
    EXPECT_THAT(lines, Contains("CONNECTING"));
    EXPECT_THAT(lines.back(), HasSubstr("resolve zk"));
    EXPECT_FALSE(s.asks_for_hosts());
    arrive(s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    EXPECT_EQ(s.session().identity().id, id);
}

TEST(SessionRefreshTest, AMoveGoesToAnAddedServer) {
    auto config = asking();
    config.randomize_hosts = true;
    int moves = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        config.seed = seed;
        SessionScript s(config);
        establish(s);
        EXPECT_FALSE(s.refresh_hosts("r1"));
        s.hosts_given({{"zk1", 2181}, {"zk7", 2181}});
        s.pass(0ms);
        const auto lines = s.take();
        if (s.session().state() == KeeperState::CONNECTED) {
            continue;  // this client stays
        }
        ++moves;
        EXPECT_THAT(lines, Contains("resolve zk7:2181"));
    }
    EXPECT_GT(moves, 5);
    EXPECT_LT(moves, 35);
}

TEST(SessionRefreshTest, WithoutRebalancingTheAnswerIsUsedFromTheNextConnectionOn) {
    SessionScript s(asking());
    establish(s);
    EXPECT_FALSE(s.refresh_hosts("r1", false));
    s.hosts_given(others);
    s.pass(1s);
    EXPECT_THAT(s.take(), ElementsAre("ask for hosts", "r1 ok"));
    lose(s);
    s.hosts_given({}, "no");
    EXPECT_THAT(s.take(), Contains(HasSubstr("resolve zk7:2181")));
}

TEST(SessionRefreshTest, AFailureOfTheProviderIsReportedAndTheServersStay) {
    SessionScript s(asking());
    establish(s);
    EXPECT_FALSE(s.refresh_hosts("r1"));
    s.hosts_given({}, "the file is missing");
    s.pass(0ms);
    EXPECT_THAT(s.take(), ElementsAre("ask for hosts", "r1 host_provider_failed not sent"));
    EXPECT_EQ(s.session().provider_failure(), "the file is missing");
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("the file is missing")));
    EXPECT_EQ(s.session().metrics().session.failed_attempts, 0U);
    lose(s);
    s.hosts_given({}, "no");
    EXPECT_THAT(s.take(), Contains("resolve zk1:2181"));
}

TEST(SessionRefreshTest, CallersShareTheNextQuestionAndNoneThatWasAskedBefore) {
    SessionScript s(asking());
    establish(s);
    EXPECT_FALSE(s.refresh_hosts("r1"));
    EXPECT_FALSE(s.refresh_hosts("r2"));
    EXPECT_FALSE(s.refresh_hosts("r3"));
    EXPECT_THAT(s.take(), ElementsAre("ask for hosts"));
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "ask for hosts"));
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("r2 ok", "r3 ok"));
}

TEST(SessionRefreshTest, AQuestionOfARoundServesLaterCallersByAnotherOne) {
    SessionScript s(asking());
    s.start();
    EXPECT_FALSE(s.refresh_hosts("r1"));
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "ask for hosts"));
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181", "ask for hosts"));
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
}

TEST(SessionRefreshTest, AWithdrawnCallerGetsNothing) {
    SessionScript s(asking());
    establish(s);
    EXPECT_FALSE(s.refresh_hosts("r1"));
    EXPECT_FALSE(s.refresh_hosts("r2"));
    EXPECT_TRUE(s.withdraw("r1"));
    EXPECT_FALSE(s.withdraw("r1"));
    s.take();
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("ask for hosts"));
    s.hosts_given(given);
    EXPECT_THAT(s.take(), ElementsAre("r2 ok"));
}

TEST(SessionRefreshTest, TheNumberOfCallersIsLimited) {
    auto config = asking();
    config.limits.requests = 2;
    SessionScript s(config);
    establish(s);
    EXPECT_FALSE(s.refresh_hosts("r1"));
    EXPECT_FALSE(s.refresh_hosts("r2"));
    EXPECT_EQ(s.refresh_hosts("r3"), ClientErrc::queue_full);
    s.hosts_given(given);
    EXPECT_FALSE(s.refresh_hosts("r4"));
    s.hosts_given(given);
    s.hosts_given(given);
    EXPECT_THAT(s.take(), Contains("r4 ok"));
}

TEST(SessionRefreshTest, TheEndOfTheSessionEndsTheWait) {
    SessionScript s(asking());
    EXPECT_EQ(s.refresh_hosts("r0"), ClientErrc::connection_closed) << "not started";
    establish(s);
    EXPECT_FALSE(s.refresh_hosts("r1"));
    EXPECT_FALSE(s.refresh_hosts("r2"));
    s.close();
    EXPECT_EQ(s.refresh_hosts("r3"), ClientErrc::connection_closed);
    s.answer();
    EXPECT_THAT(s.take(), Contains("r1 connection_loss not sent"));
    EXPECT_TRUE(s.session().finished());
    s.hosts_given(others);
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST(SessionRefreshTest, ALostConnectionDoesNotEndTheWait) {
    SessionScript s(asking());
    establish(s);
    s.get("served");
    s.serve();
    EXPECT_FALSE(s.refresh_hosts("r1"));
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), Not(Contains("ask for hosts"))) << "the question is still open";
    s.hosts_given(others);
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", HasSubstr("resolve zk")));
}

}  // namespace
}  // namespace kazoo::session
