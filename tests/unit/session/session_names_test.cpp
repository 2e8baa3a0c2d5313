// SPDX-License-Identifier: Apache-2.0
// Lookups have a time limit of their own: a result is used whenever it arrives.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

Config with_hosts(std::vector<HostPort> hosts, milliseconds timeout = 10s) {
    auto config = script_config();
    config.hosts = std::move(hosts);
    config.session_timeout = timeout;
    return config;
}

const std::vector<HostPort> two{{"zk1", 2181}, {"zk2", 2181}};
const std::vector<HostPort> three{{"zk1", 2181}, {"zk2", 2181}, {"zk3", 2181}};

TEST(SessionNamesTest, ALookupIsWaitedForIfThereIsNoOtherHost) {
    SessionScript s;
    s.start();
    s.pass(29s);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "resolve zk1:2181"));
    s.resolved();
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.1:2181"));
}

TEST(SessionNamesTest, AHangingNameDoesNotDelayOtherHosts) {
    SessionScript s(with_hosts(two));
    s.start();
    s.pass(999ms);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "resolve zk1:2181"));
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("resolve zk2:2181"));
    EXPECT_THAT(
        s.take_logs(),
        ElementsAre(HasSubstr("zk1:2181: the name lookup is slow and continues in the background"))
    );
    s.resolved();
    s.connected();
    s.welcome();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionNamesTest, OfSeveralPendingLookupsTheFirstAnswerIsUsed) {
    SessionScript s(with_hosts(three));
    s.start();
    s.pass(2s);
    s.take();
    EXPECT_THAT(s.lookups(), ElementsAre("zk1:2181", "zk2:2181", "zk3:2181"));
    s.resolved_late("zk2:2181", {"10.0.0.2"});
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.2:2181"));
}

TEST(SessionNamesTest, AnAnswerDuringAnotherAttemptIsStored) {
    SessionScript s(with_hosts(two));
    s.start();
    s.pass(1s);
    s.resolved({"10.0.0.2"});
    s.take();
    s.resolved_late("zk1:2181", {"10.0.0.1"});
    EXPECT_THAT(s.take(), IsEmpty());
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.1:2181"));
    s.closed();
    s.pass(s.until_deadline());
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "resolve zk1:2181")) << "it is used once";
}

TEST(SessionNamesTest, AnAnswerDuringThePauseIsUsedAtOnce) {
    SessionScript s(with_hosts(two));
    s.start();
    for (int i = 0; i < 8; ++i) {  // until pauses are long
        s.pass(s.until_deadline());
        if (s.network() == SessionScript::Network::connecting) {
            s.closed();
        } else if (s.take().back() == "resolve zk2:2181") {
            s.resolved({"10.0.0.2"});
            s.closed();
        }
    }
    s.take();
    const auto pause = s.until_deadline();
    ASSERT_GT(pause, 500ms);
    s.pass(100ms);
    s.resolved_late("zk1:2181", {"10.0.0.1"});
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.1:2181"));
    s.pass(100ms);
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("disconnect"));
    EXPECT_EQ(s.until_deadline(), pause - 200ms) << "the pause goes on";
}

TEST(SessionNamesTest, EachConnectionUsesTheAddressesThatTheNameHasThen) {
    SessionScript s;
    s.start();
    for (const auto* address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
        EXPECT_THAT(s.take(), Contains("resolve zk1:2181"));
        s.resolved({address});
        EXPECT_THAT(s.take(), ElementsAre("connect " + std::string(address) + ":2181"));
        s.connected();
        s.welcome();
        s.get("r");
        s.answer();
        s.closed();
    }
}

TEST(SessionNamesTest, AFailureDuringThePauseHasNoEffect) {
    SessionScript s(with_hosts(two));
    s.start();
    s.pass(1s);
    s.unresolved();
    const auto pause = s.until_deadline();
    s.take();
    s.unresolved_late("zk1:2181");
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_EQ(s.until_deadline(), pause);
    s.pass(pause);
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
}

TEST(SessionNamesTest, AStoredAnswerExpires) {
    SessionScript s(with_hosts(two));
    s.start();
    s.pass(1s);
    s.reconnect();
    s.get("r1");
    s.answer();
    s.resolved_late("zk1:2181");
    s.serve_for(31s);
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), Contains("resolve zk1:2181"));
}

TEST(SessionNamesTest, AHostWhoseNameHangsIsNotWaitedForAgain) {
    SessionScript s(with_hosts(two));
    s.start();
    s.pass(1s);
    s.unresolved();
    s.take();
    s.pass(s.until_deadline());
    EXPECT_THAT(s.take(), ElementsAre("resolve zk2:2181"))
        << "at once, and zk1 is not looked up again";
}

TEST(SessionNamesTest, ALookupThatNeverEndsIsRepeated) {
    SessionScript s;
    s.start();
    s.take();
    s.pass(30s);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(s.until_deadline());
    EXPECT_THAT(s.take(), ElementsAre("resolve zk1:2181"));
}

TEST(SessionNamesTest, NewHostsDoNotWaitForAnOldName) {
    SessionScript s;
    s.start();
    s.pass(2s);
    s.take();
    s.session().set_hosts({{"zk9", 9}}, false);
    s.settle();
    EXPECT_THAT(s.take(), ElementsAre("resolve zk9:9"));
    s.resolved_late("zk1:2181");
    EXPECT_THAT(s.take(), IsEmpty()) << "it is no longer a host";
    s.resolved({"10.0.0.9"});
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.9:2181"));
}

TEST(SessionNamesTest, LimitedAttemptsWaitForNames) {
    auto config = with_hosts(two);
    config.connection_retry.max_tries(1);
    SessionScript s(config);
    s.start();
    s.pass(1s);
    s.unresolved();
    s.pass(4s);
    EXPECT_FALSE(s.session().finished());
    s.resolved_late("zk1:2181");
    s.closed();
    EXPECT_TRUE(s.session().finished());
}

TEST(SessionNamesTest, TheDeadlineEndsAWaitForNames) {
    auto config = script_config();
    config.connection_retry.deadline(3s);
    SessionScript s(config);
    s.start();
    s.pass(5s);
    EXPECT_TRUE(s.session().finished());
}

/// Answers each lookup `delay` after it was requested.
class SlowResolver {
public:
    SlowResolver(SessionScript& script, milliseconds delay) : script_(script), delay_(delay) {}

    /// Runs until the session is connected, or for `time`.
    void run(milliseconds time, bool servers_answer) {
        const auto end = script_.now() + time;
        while (script_.now() < end && script_.session().state() == KeeperState::CONNECTING) {
            if (script_.network() == SessionScript::Network::connecting) {
                servers_answer ? (script_.connected(), script_.welcome()) : script_.closed();
                continue;
            }
            script_.pass(10ms);
            for (const auto& host : script_.lookups()) {
                const auto asked = asked_.emplace(host, script_.now()).first->second;
                if (script_.now() >= asked + delay_) {
                    asked_.erase(host);
                    script_.resolved_late(host);
                    break;
                }
            }
        }
    }

private:
    SessionScript& script_;
    const milliseconds delay_;
    std::map<std::string, TimePoint> asked_;
};

TEST(SessionNamesTest, ASlowResolverDoesNotPreventConnecting) {
    for (const auto delay : {1500ms, 2500ms, 5000ms, 12'000ms}) {
        for (const auto& hosts : {std::vector<HostPort>{{"zk1", 2181}}, two, three}) {
            for (const auto timeout : {4s, 10s}) {
                SCOPED_TRACE(testing::Message() << delay.count() << " ms, " << hosts.size());
                SessionScript s(with_hosts(hosts, timeout));
                s.start();
                SlowResolver resolver(s, delay);
                resolver.run(40s, false);  // servers are down
                ASSERT_EQ(s.session().state(), KeeperState::CONNECTING);
                const auto back = s.now();
                resolver.run(60s, true);
                EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
                // In the worst case an attempt has just failed: a pause and a lookup follow.
                EXPECT_LT(s.now() - back, delay + 6s);
            }
        }
    }
}

}  // namespace
}  // namespace kazoo::session
