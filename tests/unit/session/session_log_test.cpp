// SPDX-License-Identifier: Apache-2.0
// Log lines of a session: what each level reports, and that no line contains a secret.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

Config with_level(LogLevel level) {
    auto config = script_config();
    config.log_level = level;
    return config;
}

TEST(SessionLogTest, ReportsConnectionAttemptsAtDebug) {
    SessionScript s(with_level(LogLevel::debug));
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    EXPECT_THAT(s.take_logs(), ElementsAre("debug: connecting to zk1:2181 (10.0.0.1)"));
    s.closed();
    EXPECT_THAT(
        s.take_logs(),
        ElementsAre(
            StartsWith("warning: no connection to zk1:2181 (10.0.0.1): "),
            "debug: connecting to zk1:2181 (10.0.0.2)"
        )
    );
}

TEST(SessionLogTest, ReportsTheSameFailureOfAServerAgainAtDebug) {
    SessionScript s(with_level(LogLevel::debug));
    s.start();
    for (const auto* const level : {"warning", "debug"}) {
        s.take_logs();
        s.resolved();
        s.closed();
        EXPECT_THAT(
            s.take_logs(),
            Contains(StartsWith(level + std::string(": no connection to zk1:2181 (10.0.0.1): ")))
        );
        s.pass(1s);  // longer than the first pauses between attempts
    }
}

TEST(SessionLogTest, ReportsPingsAtDebug) {
    SessionScript s(with_level(LogLevel::debug));
    s.establish();
    s.take_logs();
    s.pass(3333ms);
    EXPECT_THAT(s.take_logs(), ElementsAre("debug: ping sent"));
    s.pong();
    EXPECT_THAT(s.take_logs(), ElementsAre("debug: ping answered"));
}

TEST(SessionLogTest, ReportsRequestsAndRepliesAtTrace) {
    SessionScript s(with_level(LogLevel::trace));
    s.establish();
    s.take_logs();
    s.get("r1", "/private");
    EXPECT_THAT(s.take_logs(), ElementsAre("trace: request: get_data"));
    s.reply({s.next_xid(), 0x12, -101});
    EXPECT_THAT(
        s.take_logs(), ElementsAre("trace: reply to get_data: xid 1, zxid 18, error -101, 0 bytes")
    );
}

TEST(SessionLogTest, ReportsNotificationsAtTrace) {
    SessionScript s(with_level(LogLevel::trace));
    s.establish();
    s.ask("r1", Opcode::get_data, {.watcher = "w1"});
    s.answer();
    s.take_logs();
    s.notify(3, "/a");
    EXPECT_THAT(s.take_logs(), ElementsAre("trace: notification: CHANGED /a"));
}

/// A life with attempts, pings, requests and notifications.
std::vector<std::string> logs_of_a_life(LogLevel level) {
    SessionScript s(with_level(level));
    s.establish();
    s.ask("r1", Opcode::get_data, {.watcher = "w1"});
    s.answer();
    s.notify(3, "/a");
    s.pass(3333ms);
    s.pong();
    s.close();
    s.answer();
    return s.take_logs();
}

TEST(SessionLogTest, ReportsNothingBelowItsLevel) {
    EXPECT_THAT(logs_of_a_life(LogLevel::info), IsEmpty());
    EXPECT_THAT(logs_of_a_life(LogLevel::off), IsEmpty());
    EXPECT_THAT(
        logs_of_a_life(LogLevel::debug),
        AllOf(Contains("debug: ping sent"), Each(Not(StartsWith("trace"))))
    );
    EXPECT_THAT(
        logs_of_a_life(LogLevel::trace),
        AllOf(Contains("debug: ping sent"), Contains("trace: request: get_data"))
    );
}

// --- secrets ---

/// Credentials and the password of a session suffice to impersonate their owner.
class SessionLogSecretsTest : public testing::Test {
protected:
    static Config config() {
        auto config = with_level(LogLevel::trace);
        config.session_id = 0x1234;
        config.password = "secret-of-a-user";
        config.auth = {{"digest", "configured:secret"}};
        return config;
    }
    void establish() {
        s.establish();
        s.answer_auth();  // the credentials of the configuration
        ASSERT_EQ(s.session().state(), KeeperState::CONNECTED);
    }
    void expect_lines_without_secrets() {
        // The script's server gives sessions the password 0123456789abcdef.
        EXPECT_THAT(
            s.take_logs(),
            AllOf(
                Not(IsEmpty()),
                Each(Not(HasSubstr("secret"))),
                Each(Not(HasSubstr("configured"))),
                Each(Not(HasSubstr("0123456789abcdef")))
            )
        );
    }

    SessionScript s{config()};
};

TEST_F(SessionLogSecretsTest, AreNotLoggedWhenASessionIsResumed) {
    establish();
    EXPECT_EQ(s.asked_password(), "secret-of-a-user");
    s.closed();
    s.reconnect();
    expect_lines_without_secrets();
}

TEST_F(SessionLogSecretsTest, AreNotLoggedWhenASessionHasExpired) {
    establish();
    s.closed();
    s.reconnect({.timeout_ms = 0});
    expect_lines_without_secrets();
}

TEST_F(SessionLogSecretsTest, AreNotLoggedWhenCredentialsAreAdded) {
    establish();
    s.add_auth("added", "user:added-secret");
    s.answer_auth();
    s.set("r1");
    s.answer();
    expect_lines_without_secrets();
}

TEST_F(SessionLogSecretsTest, AreNotLoggedWhenCredentialsAreRefused) {
    establish();
    s.add_auth("added", "user:added-secret");
    s.answer_auth(-115);
    EXPECT_EQ(s.session().state(), KeeperState::AUTH_FAILED);
    expect_lines_without_secrets();
}

TEST_F(SessionLogSecretsTest, AreNotLoggedWhenTheServerSendsGarbage) {
    establish();
    s.answer_auth();  // answers no credential
    s.reply({codec::watch_xid, 0, 0});
    expect_lines_without_secrets();
}

}  // namespace
}  // namespace kazoo::session
