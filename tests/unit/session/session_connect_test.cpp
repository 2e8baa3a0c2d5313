// SPDX-License-Identifier: Apache-2.0
// Hosts, addresses, time limits and pauses until a connection is established.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

Config with_hosts(std::vector<HostPort> hosts) {
    auto config = script_config();
    config.hosts = std::move(hosts);
    return config;
}

const std::vector<HostPort> three{{"zk1", 2181}, {"zk2", 2182}, {"zk3", 2183}};

TEST(SessionConnectTest, HostsAreTriedInTurn) {
    SessionScript s(with_hosts(three));
    s.start();
    s.resolved();
    s.closed();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "CONNECTING",
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            "disconnect",
            "resolve zk2:2182"
        )
    );
    s.resolved();
    s.connected();
    s.closed();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "connect 10.0.0.1:2181", "> connect id=0 zxid=0", "disconnect", "resolve zk3:2183"
        )
    );
    s.resolved();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.1:2181", "disconnect"));
    s.pass(s.until_deadline());
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
}

TEST(SessionConnectTest, AHostThatDoesNotResolveIsSkipped) {
    SessionScript s(with_hosts(three));
    s.start();
    s.unresolved();
    s.resolved({});
    EXPECT_THAT(
        s.take(),
        ElementsAre("CONNECTING", "resolve zk1:2181", "resolve zk2:2182", "resolve zk3:2183")
    );
    EXPECT_THAT(
        s.take_logs(),
        ElementsAre(
            HasSubstr("warning: no connection to zk1:2181: the name does not resolve: No route"),
            HasSubstr("zk2:2182: the name does not resolve: no addresses found")
        )
    );
    s.resolved();
    s.connected();
    s.welcome();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionConnectTest, AllAddressesOfAHostAreTried) {
    SessionScript s;
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2", "::3"});
    s.closed();
    s.connected();
    s.closed();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "CONNECTING",
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            "disconnect",
            "connect 10.0.0.2:2181",
            "> connect id=0 zxid=0",
            "disconnect",
            "connect ::3:2181"
        )
    );
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("disconnect"));
    s.pass(s.until_deadline());
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));  // again at every attempt
}

// A server that accepts sessions but drops them must not hide the other addresses of its name.
TEST(SessionConnectTest, AServerThatDropsItsSessionsDoesNotHideTheOtherAddresses) {
    SessionScript s;
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    s.connected();
    s.welcome();
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect", "connect 10.0.0.2:2181"));
}

TEST(SessionConnectTest, RandomHostsHaveTheirAddressesAtRandom) {
    auto config = script_config();
    config.randomize_hosts = true;
    std::set<std::string> first;
    for (config.seed = 1; config.seed < 30; ++config.seed) {
        SessionScript s(config);
        s.start();
        s.resolved({"1", "2", "3"});
        first.insert(s.take().back());
    }
    EXPECT_THAT(first, ElementsAre("connect 1:2181", "connect 2:2181", "connect 3:2181"));
}

TEST(SessionConnectTest, AfterALossTheRoundBeginsAnew) {
    SessionScript s(with_hosts(three));
    s.start();
    s.unresolved();
    s.reconnect();
    s.get("r1");
    s.answer();
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect", "resolve zk1:2181"));
}

// --- time limits ---

TEST(SessionConnectTest, TheTimeoutIsDividedAmongTheAddresses) {
    const auto limit = [](milliseconds timeout, std::size_t hosts, std::size_t addresses) {
        auto config = with_hosts(std::vector<HostPort>(hosts, {"zk", 2181}));
        config.session_timeout = timeout;
        SessionScript s(config);
        s.start();
        s.resolved(std::vector<std::string>(addresses, "10.0.0.1"));
        return s.until_deadline();
    };
    EXPECT_EQ(limit(10s, 1, 1), 10s) << "there is nowhere else to go";
    EXPECT_EQ(limit(10s, 5, 1), 2s);
    EXPECT_EQ(limit(10s, 1, 5), 2s);
    EXPECT_EQ(limit(10s, 4, 2), 2s);
    EXPECT_EQ(limit(10s, 100, 1), 500ms);
    EXPECT_EQ(limit(1s, 1, 1), 1s);
    EXPECT_EQ(limit(60s, 2, 1), 4s);

    SessionScript s(with_hosts({{"zk1", 2181}, {"zk2", 2181}}));
    s.start();
    s.resolved(std::vector<std::string>(9, "10.0.0.1"));
    EXPECT_EQ(s.until_deadline(), 1s);
    for (int i = 0; i < 9; ++i) {
        s.closed();
    }
    s.resolved();
    EXPECT_EQ(s.until_deadline(), 4s);
}

TEST(SessionConnectTest, ASilentAddressIsAbandoned) {
    auto config = script_config();
    config.connect_timeout = 1500ms;
    SessionScript s(config);
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    s.take();
    s.pass(1499ms);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.2:2181"));
}

TEST(SessionConnectTest, ConnectionAndHandshakeShareTheLimit) {
    auto config = script_config();
    config.connect_timeout = 1500ms;
    SessionScript s(config);
    s.start();
    s.resolved();
    s.pass(1000ms);
    s.connected();
    s.take();
    s.pass(499ms);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("disconnect"));
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("timed out")));
}

TEST(SessionConnectTest, AnInfiniteTimeoutIsAllowed) {
    auto config = script_config();
    config.session_timeout = config.connect_timeout = config.close_timeout = milliseconds::max();
    SessionScript s(config);
    s.start();
    s.resolved();
    EXPECT_EQ(s.session().next_deadline(), TimePoint::max());
    s.connected();
    EXPECT_EQ(s.asked_timeout(), 0x7fffffff);
    s.welcome();
    s.close();
    s.serve();
    EXPECT_TRUE(s.session().finished());
}

// --- pauses ---

std::vector<milliseconds> pauses_of_failed_rounds(SessionScript& s, int count) {
    std::vector<milliseconds> pauses;
    for (int i = 0; i < count; ++i) {
        s.unresolved();
        pauses.push_back(s.until_deadline());
        s.pass(pauses.back());
    }
    return pauses;
}

TEST(SessionConnectTest, PausesGrowAndAreSpread) {
    std::set<milliseconds> first;
    auto config = script_config();
    for (config.seed = 1; config.seed <= 20; ++config.seed) {
        SessionScript s(config);
        s.start();
        const auto pauses = pauses_of_failed_rounds(s, 9);
        first.insert(pauses[0]);
        milliseconds base{100};
        for (std::size_t i = 0; i < 5; ++i, base *= 2) {
            EXPECT_GE(pauses[i], base * 6 / 10) << i;
            EXPECT_LE(pauses[i], base * 14 / 10) << i;
        }
        EXPECT_THAT(pauses, Each(testing::Le(5s)));
        EXPECT_GT(pauses.back(), 2s);
    }
    EXPECT_GT(first.size(), 10U);
}

TEST(SessionConnectTest, OnlyAProvenConnectionShortensThePauses) {
    SessionScript s;
    s.start();
    pauses_of_failed_rounds(s, 7);
    s.resolved();
    s.connected();
    s.welcome();
    s.closed();  // dropped right after the handshake: counts as a failed attempt
    EXPECT_GT(s.until_deadline(), 2s);
    s.reconnect();
    s.get("r1");
    s.answer();
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect", "resolve zk1:2181"));
    EXPECT_LT(pauses_of_failed_rounds(s, 1).front(), 150ms);
}

TEST(SessionConnectTest, APingProvesAConnection) {
    SessionScript s;
    s.establish();
    s.pass(4s);
    s.pong();
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect", "resolve zk1:2181"));
}

TEST(SessionConnectTest, ServersThatDropEverySessionAreRetriedWithPauses) {
    SessionScript s(with_hosts(three));
    s.start();
    const auto begin = s.now();
    int connections = 0;
    while (s.now() - begin < 60s) {
        s.reconnect();
        s.closed();
        ++connections;
    }
    EXPECT_LT(connections, 3 * 25);
}

TEST(SessionConnectTest, AttemptsMayBeLimited) {
    auto config = with_hosts(three);
    config.connection_retry.max_tries(2);
    SessionScript s(config);
    s.start();
    s.get("r1");
    s.unresolved();
    s.unresolved();
    s.unresolved();
    s.pass(s.until_deadline());
    s.unresolved();
    s.unresolved();
    s.take();
    s.unresolved();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "r1 connection_loss not sent", "disconnect"));
    EXPECT_TRUE(s.session().finished());
    EXPECT_EQ(s.session().next_deadline(), TimePoint::max());
    EXPECT_EQ(s.ask("r2", codec::Opcode::get_data), ClientErrc::connection_closed);
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("allows no more tries")));
}

TEST(SessionConnectTest, AttemptsAreCountedAnewAfterAProvenConnection) {
    auto config = script_config();
    config.connection_retry.max_tries(2);
    SessionScript s(config);
    s.start();
    for (int i = 0; i < 5; ++i) {
        s.unresolved();
        s.reconnect();
        s.get("r" + std::to_string(i));
        s.answer();
        s.closed();
    }
    EXPECT_FALSE(s.session().finished());
    s.unresolved();
    s.pass(s.until_deadline());
    s.unresolved();
    EXPECT_TRUE(s.session().finished());
}

TEST(SessionConnectTest, AttemptsMayHaveADeadline) {
    auto config = script_config();
    config.connection_retry.deadline(3s);
    SessionScript s(config);
    s.start();
    const auto begin = s.now();
    while (!s.session().finished()) {
        s.unresolved();
        s.pass(s.session().finished() ? 0ms : s.until_deadline());
    }
    EXPECT_GT(s.now() - begin, 1s);
    EXPECT_LE(s.now() - begin, 3s);
}

TEST(SessionConnectTest, TheDeadlineStartsAnewAfterAProvenConnection) {
    auto config = script_config();
    config.connection_retry.deadline(3s);
    SessionScript s(config);
    s.start();
    for (int i = 0; i < 5; ++i) {
        s.unresolved();
        s.reconnect();
        s.serve_for(4s);
        s.closed();
    }
    EXPECT_FALSE(s.session().finished());
}

TEST(SessionConnectTest, PausesAndDeadlinesMayBeEndless) {
    auto config = script_config();
    config.connection_retry.delay(milliseconds::max()).max_delay(milliseconds::max());
    config.connection_retry.deadline(milliseconds::max());
    SessionScript s(config);
    s.start();
    s.unresolved();
    EXPECT_FALSE(s.session().finished());
    EXPECT_GT(s.session().next_deadline(), s.now() + 24h * 365);
}

// --- other hosts ---

TEST(SessionConnectTest, OtherHostsAreUsedFromTheNextAttemptOn) {
    SessionScript s;
    s.establish();
    s.session().set_hosts({{"new1", 1}, {"new2", 2}}, false);
    s.settle();
    EXPECT_THAT(s.take(), IsEmpty());
    s.get("r1");
    s.answer();
    s.take();
    s.closed();
    s.unresolved();
    EXPECT_THAT(
        s.take(), ElementsAre("CONNECTING", "disconnect", "resolve new1:1", "resolve new2:2")
    );
}

TEST(SessionConnectTest, AnEmptyHostListIsHarmless) {
    SessionScript s(with_hosts({}));
    s.start();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING"));
    EXPECT_GT(s.until_deadline(), 50ms);
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("no hosts")));
    s.pass(10s);
    EXPECT_THAT(s.take(), IsEmpty());
    s.session().set_hosts({{"zk9", 9}}, true);
    s.pass(10s);
    EXPECT_THAT(s.take(), Contains("resolve zk9:9"));
}

// --- late replies ---

TEST(SessionConnectTest, RepliesToAbandonedAttemptsAreIgnored) {
    SessionScript s;
    s.start();
    const auto lookup = s.attempt();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    const auto connect = s.attempt();
    EXPECT_LT(lookup, connect);
    s.pass(4s);
    EXPECT_THAT(s.take(), Contains("connect 10.0.0.2:2181"));
    auto& session = s.session();
    const std::vector<std::byte> bytes(50);
    for (const auto stale : {lookup, connect, std::uint64_t{0}, s.attempt() + 1}) {
        session.on_resolved(stale, {}, {{"6.6.6.6", 6}}, s.now());
        session.on_connected(stale, s.now());
        session.on_bytes(stale, bytes, s.now());
        session.on_closed(stale, std::make_error_code(std::errc::io_error), s.now());
        s.settle();
        EXPECT_THAT(s.take(), IsEmpty());
    }
    s.connected();
    s.welcome();
    EXPECT_THAT(s.take(), ElementsAre("> connect id=0 zxid=0", "CONNECTED"));
    session.on_connected(s.attempt(), s.now());
    session.on_resolved(s.attempt(), {}, {{"6.6.6.6", 6}}, s.now());
    session.on_bytes(connect, bytes, s.now());
    session.on_closed(connect, std::make_error_code(std::errc::io_error), s.now());
    s.settle();
    EXPECT_THAT(s.take(), IsEmpty());
    s.get("r1");
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "r1 ok"));
}

TEST(SessionConnectTest, NothingHappensBeforeTheStartOrInAPause) {
    SessionScript s;
    EXPECT_FALSE(s.session().finished());
    EXPECT_EQ(s.session().state(), KeeperState::CLOSED);
    EXPECT_EQ(s.session().next_deadline(), TimePoint::max());
    EXPECT_EQ(s.ask("r0", codec::Opcode::get_data), ClientErrc::connection_closed);
    s.session().on_timeout(s.now());
    s.start();
    s.unresolved();
    s.take();
    s.session().on_closed(s.attempt(), std::make_error_code(std::errc::io_error), s.now());
    s.session().on_connected(s.attempt(), s.now());
    s.settle();
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST(SessionConnectDeathTest, ItStartsOnce) {
    EXPECT_DEATH(
        {
            SessionScript s;
            s.start();
            s.start();
        },
        "started_"
    );
}

}  // namespace
}  // namespace kazoo::session
