// SPDX-License-Identifier: Apache-2.0
// The search for a writable server while connected to a read-only one.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::HandshakeReply;
using testing_support::run_every_way;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;
using Network = SessionScript::Network;

Config read_only_config() {
    auto config = script_config();
    config.hosts = {{"zk1", 2181}, {"zk2", 2181}};
    config.read_only = true;
    return config;
}

const HandshakeReply read_only{.read_only = true};

/// Runs until the search starts its next lookup, and answers pings meanwhile.
void until_probing(SessionScript& s) {
    for (int i = 0; s.probing() == Network::idle && i < 100; ++i) {
        s.pass(s.until_deadline());
        while (s.probing() == Network::idle && s.serve_one()) {
        }
    }
    ASSERT_EQ(s.probing(), Network::resolving);
}

TEST(SessionWritableTest, ProbesTheOthersAndMovesToAWritableServer) {
    run_every_way(
        [](SessionScript& s) {
            s.establish(read_only);
            EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
            s.get("r1");
            s.answer();
            s.take();
            until_probing(s);
            EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
            s.probe_resolved({"10.0.0.1"});
            EXPECT_THAT(s.take(), IsEmpty()) << "the present server is not asked";
            until_probing(s);
            EXPECT_THAT(s.take(), ElementsAre("resolve zk2:2181"));
            s.probe_resolved({"10.0.0.2", "10.0.0.3"});
            EXPECT_THAT(s.take(), ElementsAre("probe 10.0.0.2"));
            s.probe_answered("ro");
            EXPECT_THAT(s.take(), ElementsAre("probe 10.0.0.3"));
            s.get("r2");
            s.take();
            s.probe_answered("rw");
            EXPECT_THAT(
                s.take(),
                ElementsAre(
                    "r2 connection_loss not applied",
                    "CONNECTING",
                    "disconnect",
                    "connect 10.0.0.3:2181"
                )
            );
            s.set("r3");
            s.connected();
            s.welcome();
            s.answer();
            EXPECT_THAT(
                s.take(),
                ElementsAre(HasSubstr("> connect id=0"), "CONNECTED", "> set_data 3 /a", "r3 ok")
            ) << "a session of a read-only server is unknown to others";
            EXPECT_EQ(s.until_deadline(), 3333ms) << "a ping, and no search any more";
        },
        read_only_config()
    );
}

TEST(SessionWritableTest, AGlobalSessionIsKept) {
    SessionScript s(read_only_config());
    s.establish();
    const auto id = s.session().identity().id;
    s.closed();
    s.reconnect(read_only);
    until_probing(s);
    s.probe_resolved({"10.0.0.2"});
    s.probe_answered("rw");
    s.take();
    s.connected();
    EXPECT_THAT(s.take(), Contains(HasSubstr("id=" + std::to_string(id))));
    s.welcome();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.finish(testing_support::Recovery::resumed);
}

TEST(SessionWritableTest, PausesGrowToAMinute) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    auto expected = 100ms;
    auto before = s.now();
    for (int i = 0; i < 14; ++i) {
        until_probing(s);
        const auto pause = std::chrono::duration_cast<milliseconds>(s.now() - before);
        // At its maximum the pause still has a random spread.
        EXPECT_GE(pause, std::min(expected, 42'000ms) * 6 / 10) << i;
        EXPECT_LE(pause, std::min(expected * 14 / 10, 60'000ms)) << i;
        s.probe_resolved({});
        before = s.now();
        expected *= 2;
    }
    EXPECT_GT(expected, 1min);
}

TEST(SessionWritableTest, PausesGrowOnOverReadOnlyConnectionsOnly) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    for (int i = 0; i < 5; ++i) {
        until_probing(s);
        s.probe_resolved({i % 2 == 0 ? "10.0.0.8" : "10.0.0.9"});
        s.probe_answered("rw");
        s.connected();
        s.welcome(read_only);  // now read-only again
    }
    auto before = s.now();
    until_probing(s);
    EXPECT_GT(s.now() - before, 1s);
    s.probe_resolved({"10.0.0.9"});
    s.probe_answered("rw");
    s.connected();
    s.welcome();
    s.closed();
    s.reconnect(read_only);
    before = s.now();
    until_probing(s);
    EXPECT_LT(s.now() - before, 200ms);
}

TEST(SessionWritableTest, MovesOnlyForTheAnswerRw) {
    for (const auto* answer : {"ro", "null", "", "rwx", "This ZooKeeper instance ..."}) {
        SessionScript s(read_only_config());
        s.establish(read_only);
        until_probing(s);
        s.probe_resolved({"10.0.0.2"});
        s.probe_answered(answer);
        EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO) << answer;
    }
    SessionScript s(read_only_config());
    s.establish(read_only);
    until_probing(s);
    s.probe_resolved({"10.0.0.2"});
    s.probe_answered("rw\n");
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
}

TEST(SessionWritableTest, ASilentProbeIsAbandoned) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    until_probing(s);
    s.probe_resolved({"10.0.0.2", "10.0.0.3"});
    s.take();
    const auto late = s.probe_attempt();
    s.pass(3s);
    s.pong();
    s.pass(1500ms);  // the share of two hosts, 4 s at most
    EXPECT_THAT(s.take(), Contains("probe 10.0.0.3"));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
    s.session().on_probe(late, "rw", s.now());
    s.settle();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO) << "its answer comes too late";
}

TEST(SessionWritableTest, AHangingLookupIsAbandoned) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    until_probing(s);
    s.take();
    const auto late = s.probe_attempt();
    s.pass(3400ms);
    s.pong();
    s.pass(1s);  // the share of two hosts is 4 s at most
    EXPECT_THAT(s.take(), ElementsAre("> ping", "resolve zk2:2181"));
    s.session().on_resolved(late, {}, {{"10.0.0.2", 2181}}, s.now());
    s.settle();
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST(SessionWritableTest, AFailedMoveIsNotAnAttemptOfConnectionRetry) {
    auto config = read_only_config();
    config.connection_retry.max_tries(1);
    SessionScript s(config);
    s.establish(read_only);
    until_probing(s);
    s.probe_resolved({"10.0.0.2"});
    s.probe_answered("rw");
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "resolve zk1:2181")) << "a whole round";
    s.reconnect();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionWritableTest, WithoutHostsItWaitsForThem) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    s.session().set_hosts({}, false);
    s.serve_for(10min);
    EXPECT_EQ(s.probing(), Network::idle);
    s.session().set_hosts({{"zk9", 2181}}, false);
    s.take();
    until_probing(s);
    EXPECT_THAT(s.take(), Contains("resolve zk9:2181"));
}

TEST(SessionWritableTest, EndsWithTheConnection) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    until_probing(s);
    s.probe_resolved({"10.0.0.2"});
    const auto asked = s.probe_attempt();
    s.closed();
    s.session().on_probe(asked, "rw", s.now());
    s.settle();
    s.reconnect();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.take();
    s.serve_for(60s);
    EXPECT_THAT(s.take(), Each(HasSubstr("ping")));
}

TEST(SessionWritableTest, EndsWithTheClose) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    until_probing(s);
    s.probe_resolved({"10.0.0.2"});
    s.close();
    s.take();
    s.probe_answered("rw");
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(3s);
    EXPECT_THAT(s.take(), IsEmpty());
    s.answer();
    EXPECT_TRUE(s.session().finished());
}

TEST(SessionWritableTest, IsForReadOnlyConnectionsOnly) {
    SessionScript s(read_only_config());
    s.establish();
    s.serve_for(20s);
    EXPECT_THAT(s.take(), Each(HasSubstr("ping")));
}

TEST(SessionWritableTest, UsesTheCurrentHosts) {
    SessionScript s(read_only_config());
    s.establish(read_only);
    s.session().set_hosts({{"zk9", 2181}}, false);
    until_probing(s);
    EXPECT_THAT(s.take(), Contains("resolve zk9:2181"));
    s.probe_resolved({});
    s.session().set_hosts({}, false);
    s.serve_for(10s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
    EXPECT_EQ(s.probing(), Network::idle);
}

}  // namespace
}  // namespace kazoo::session
