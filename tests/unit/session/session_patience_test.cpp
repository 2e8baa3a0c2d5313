// SPDX-License-Identifier: Apache-2.0
// Silent and slow servers: which server to try next, and how long to wait for it.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing_support::script_config;
using testing_support::SessionScript;
using Network = SessionScript::Network;
using namespace std::chrono_literals;

std::vector<HostPort> hosts(std::size_t count) {
    std::vector<HostPort> all;
    for (std::size_t i = 1; i <= count; ++i) {
        all.emplace_back("zk" + std::to_string(i), 2181);
    }
    return all;
}

Config config_of(std::size_t count, milliseconds timeout, bool randomize = false) {
    auto config = script_config();
    config.hosts = hosts(count);
    config.session_timeout = timeout;
    config.randomize_hosts = randomize;
    return config;
}

testing_support::HandshakeReply handshake_reply(milliseconds timeout) {
    return {.timeout_ms = static_cast<std::int32_t>(timeout.count())};
}

/// The name of the latest lookup.
std::string asked_for(SessionScript& s) {
    std::string last;
    for (const auto& line : s.take()) {
        if (line.starts_with("resolve ")) {
            last = line.substr(8);
        }
    }
    return last;
}

TEST(SessionPatienceTest, TheHostJustLostComesLast) {
    for (const bool randomize : {false, true}) {
        auto config = config_of(2, 6s, randomize);
        for (config.seed = 1; config.seed <= 20; ++config.seed) {
            for (const bool silence : {false, true}) {
                SessionScript s(config);
                s.start();
                const auto first = asked_for(s);
                s.reconnect(handshake_reply(6s));
                s.get("r1");
                s.answer();
                silence ? s.pass(4s) : s.closed();
                EXPECT_NE(asked_for(s), first);
            }
        }
    }
}

TEST(SessionPatienceTest, TheAddressJustLostComesLastAmongThoseOfItsName) {
    SessionScript s;
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    s.connected();
    s.welcome();
    s.get("r1");
    s.answer();
    s.closed();
    s.take();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.2:2181"));
}

TEST(SessionPatienceTest, AServerThatWasSilentComesLastInTheNextRound) {
    SessionScript s(config_of(3, 10s));
    s.start();
    s.resolved();
    s.pass(s.until_deadline());
    s.unresolved();
    s.unresolved();
    s.take();
    s.pass(s.until_deadline());
    EXPECT_EQ(asked_for(s), "zk2:2181");
    s.unresolved();
    EXPECT_EQ(asked_for(s), "zk3:2181");
    s.unresolved();
    EXPECT_EQ(asked_for(s), "zk1:2181");
}

TEST(SessionPatienceTest, TheRemainingSessionTimeIsDividedAmongTheOthers) {
    SessionScript s(config_of(3, 6s));
    s.establish(handshake_reply(6s));
    s.get("r1");
    s.answer();
    s.pass(4s);  // silence: 2 s are left of the session timeout
    s.resolved();
    EXPECT_EQ(s.until_deadline(), 1s);
    s.pass(1s);
    s.resolved();
    EXPECT_EQ(s.until_deadline(), 1s);
}

// It may have been restarted, while the other one does not reply.
TEST(SessionPatienceTest, AServerThatClosedTheConnectionKeepsItsShare) {
    SessionScript s(config_of(2, 4s));
    s.establish(handshake_reply(4s));
    s.get("r1");
    s.answer();
    s.closed();
    EXPECT_EQ(asked_for(s), "zk2:2181");
    s.resolved();
    EXPECT_EQ(s.until_deadline(), 2s);
    s.pass(2s);
    EXPECT_EQ(asked_for(s), "zk1:2181");
    s.resolved();
    s.connected();
    s.welcome(handshake_reply(4s));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// Some servers are frozen: they do not reply, but their systems still accept connections.
TEST(SessionPatienceTest, FrozenServersDoNotCostTheSessionWhileOneServes) {
    for (const std::size_t count : {2U, 3U, 5U}) {
        for (const auto timeout : {4s, 6s, 10s, 30s}) {
            auto config = config_of(count, timeout, true);
            for (config.seed = 1; config.seed <= 40; ++config.seed) {
                SessionScript s(config);
                s.start();
                const auto frozen = asked_for(s);
                s.reconnect(handshake_reply(timeout));
                s.get("r1");
                s.answer();
                const auto contact = s.now();
                s.pass(timeout * 2 / 3);
                auto host = asked_for(s);
                while (s.session().state() == KeeperState::CONNECTING) {
                    ASSERT_LT(s.now(), contact + timeout) << count << " hosts";
                    if (s.network() == Network::resolving) {
                        s.resolved();
                    } else if (host == frozen || s.network() == Network::idle) {
                        s.pass(s.until_deadline());
                    } else {
                        s.connected();
                        s.welcome(handshake_reply(timeout));
                    }
                    const auto next = asked_for(s);
                    host = next.empty() ? host : next;
                }
                EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
            }
        }
    }
}

/// Servers accept at once and answer a ConnectRequest after `delay`. Returns the number of
/// abandoned attempts before the session is served, or 1000 if it is not within two minutes.
int attempts_with_slow_handshakes(Config config, milliseconds delay) {
    SessionScript s(std::move(config));
    s.start();
    const auto end = s.now() + 2min;
    int attempts = 0;
    while (s.now() < end) {
        switch (s.network()) {
            case Network::idle:
                s.pass(s.until_deadline());
                break;
            case Network::resolving:
                s.resolved();
                break;
            case Network::connecting:
                s.connected();
                s.pass(delay - 1ms);
                if (s.network() == Network::open) {
                    s.pass(1ms);
                }
                if (s.network() == Network::open) {
                    s.welcome();
                    return attempts;
                }
                ++attempts;
                break;
            case Network::open:
                return 1000;
        }
    }
    return 1000;
}

TEST(SessionPatienceTest, ASlowHandshakeIsWaitedForIfThereIsNoOtherHost) {
    EXPECT_EQ(attempts_with_slow_handshakes(config_of(1, 10s), 5100ms), 0);
    EXPECT_EQ(attempts_with_slow_handshakes(config_of(1, 30s), 25s), 0);
    EXPECT_LE(attempts_with_slow_handshakes(config_of(1, 4s), 5100ms), 1);
    EXPECT_LE(attempts_with_slow_handshakes(config_of(1, 10s), 15s), 1);
}

TEST(SessionPatienceTest, LimitsGrowUntilSlowServersHaveTheTimeTheyNeed) {
    EXPECT_LE(attempts_with_slow_handshakes(config_of(3, 10s), 5100ms), 3);
    EXPECT_LE(attempts_with_slow_handshakes(config_of(2, 30s), 5100ms), 2);
    EXPECT_LE(attempts_with_slow_handshakes(config_of(3, 4s), 10s), 9);
}

TEST(SessionPatienceTest, AGoodConnectionShortensTheLimits) {
    SessionScript s(config_of(2, 10s));
    s.start();
    const auto slow_round = [&s] {
        for (int i = 0; i < 2; ++i) {
            s.resolved();
            s.pass(s.until_deadline());
        }
        s.pass(s.until_deadline());
    };
    slow_round();
    s.resolved();
    EXPECT_EQ(s.until_deadline(), 8s);
    s.connected();
    s.welcome();
    s.get("r1");
    s.answer();
    s.closed();
    s.resolved();
    EXPECT_EQ(s.until_deadline(), 4s);
}

TEST(SessionPatienceTest, AUserDefinedLimitDoesNotGrow) {
    auto config = config_of(1, 10s);
    config.connect_timeout = 700ms;
    SessionScript s(config);
    s.start();
    for (int i = 0; i < 5; ++i) {
        s.resolved();
        EXPECT_EQ(s.until_deadline(), 700ms);
        s.pass(700ms);
        s.pass(s.until_deadline());
    }
}

}  // namespace
}  // namespace kazoo::session
