// SPDX-License-Identifier: Apache-2.0
// The SASL exchange precedes everything else on every connection. The mechanism is scripted.
#include "support/hex.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::run_every_way;
using testing_support::script_config;
using testing_support::SessionScript;
using Kind = SaslAnswer::Kind;
using namespace std::chrono_literals;

Config with_sasl() {
    auto config = script_config();
    config.sasl = true;
    return config;
}

/// Connects, up to the first step of the mechanism, and clears the recorded lines.
void greet(SessionScript& s) {
    s.start();
    s.reconnect();
    s.take();
}

TEST(SessionSaslTest, PrecedesCredentialsRequestsAndConnected) {
    auto config = with_sasl();
    config.auth = {{"digest", "a:b"}};
    run_every_way(
        [](SessionScript& s) {
            s.start();
            s.get("r1");
            EXPECT_FALSE(s.add_auth("one", "1"));
            s.reconnect_until_asked();
            s.take();
            s.welcome();
            EXPECT_THAT(s.take(), ElementsAre("sasl begins"));
            s.sasl_step(Kind::token);
            EXPECT_THAT(s.take(), ElementsAre("> sasl 1 \"\""));
            s.sasl_reply("challenge");
            EXPECT_THAT(s.take(), ElementsAre("sasl challenge \"challenge\""));
            s.sasl_step(Kind::token, "response");
            EXPECT_THAT(s.take(), ElementsAre("> sasl 2 \"response\""));
            s.sasl_reply("proof");
            EXPECT_THAT(s.take(), ElementsAre("sasl challenge \"proof\""));
            EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
            s.sasl_step(Kind::complete);
            EXPECT_THAT(s.take(), ElementsAre("> auth digest a:b", "> auth digest 1"));
            s.answer_auth();
            s.answer_auth();
            EXPECT_THAT(s.take(), ElementsAre("one ok", "CONNECTED", "> get_data 1 /a"));
            s.answer();
        },
        config
    );
}

// As GSSAPI does: the exchange ends with a reply without a token, which must be awaited.
TEST(SessionSaslTest, EndsWithAReplyWithoutATokenAfterTheLastOne) {
    for (const auto reply :
         {std::optional<std::string_view>(), std::optional<std::string_view>("")}) {
        SessionScript s(with_sasl());
        greet(s);
        s.get("r1");
        s.sasl_step(Kind::token, "initial");
        s.sasl_reply("challenge");
        s.take();
        s.sasl_step(Kind::last_token, "end");
        EXPECT_THAT(s.take(), ElementsAre("> sasl 2 \"end\""));
        s.sasl_reply(reply);
        EXPECT_THAT(s.take(), ElementsAre("CONNECTED", "> get_data 1 /a"));
    }
}

TEST(SessionSaslTest, AMechanismMayLeaveTheConnectionUnauthenticated) {
    SessionScript s(with_sasl());
    greet(s);
    s.sasl_step(Kind::complete);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED"));
}

TEST(SessionSaslTest, AnEmptyTokenIsNotNull) {
    SessionScript s(with_sasl());
    greet(s);
    s.sasl_step(Kind::token);
    EXPECT_EQ(testing_support::to_hex(s.last_frame()), "000000010000006600000000");
}

// A connection has an exchange of its own, which begins again with xid 1. Watches follow it.
TEST(SessionSaslTest, IsRepeatedOnEachConnectionBeforeTheWatches) {
    run_every_way(
        [](SessionScript& s) {
            greet(s);
            s.sasl_step(Kind::last_token, "t");
            s.sasl_reply("");
            EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
            s.answer(0, 5);
            EXPECT_FALSE(s.add_auth("one"));
            s.answer_auth();
            s.closed();
            s.get("r2");
            s.reconnect();
            s.take();
            s.sasl_step(Kind::last_token, "t");
            EXPECT_THAT(s.take(), ElementsAre("> sasl 1 \"t\""));
            s.sasl_reply("");
            EXPECT_THAT(s.take(), ElementsAre("> auth digest u:p"));
            s.answer_auth();
            EXPECT_THAT(
                s.take(),
                ElementsAre(
                    "CONNECTED", "> set_watches 5 data[/a] exist[] child[]", "> get_data 2 /a"
                )
            );
        },
        with_sasl()
    );
}

TEST(SessionSaslTest, NoPingIsSentDuringTheExchange) {
    auto config = with_sasl();
    config.connect_timeout = 9s;
    SessionScript s(config);
    greet(s);
    s.pass(4s);
    s.sasl_step(Kind::token);
    s.take();
    s.pass(4s);
    EXPECT_THAT(s.take(), IsEmpty());
    s.sasl_reply("c");
    s.sasl_step(Kind::complete);
    EXPECT_THAT(s.take(), ElementsAre("sasl challenge \"c\"", "CONNECTED", "> ping"));
}

// --- failures that end the session, once, with their reason ---

struct Refusal {
    const char* what;
    std::function<void(SessionScript&)> play;  // from the first step on
    const char* reason;
};

TEST(SessionSaslTest, ARefusalEndsTheSessionOnceWithItsReason) {
    const Refusal refusals[] = {
        {"no SASL on the server",
         [](SessionScript& s) {
             s.sasl_step(Kind::token);
             s.sasl_reply(std::nullopt);
         },
         "the server has no SASL configured"},
        {"no SASL on the server, for a mechanism of one step such as PLAIN",
         [](SessionScript& s) {
             s.sasl_step(Kind::last_token, "user and password");
             s.sasl_reply(std::nullopt);
         },
         "the server has no SASL configured"},
        {"failed clients are allowed",
         [](SessionScript& s) {
             s.sasl_step(Kind::token);
             s.sasl_reply("c");
             s.sasl_step(Kind::token, "wrong");
             s.sasl_reply(std::nullopt);
         },
         "allowSaslFailedClients"},
        {"refused",
         [](SessionScript& s) {
             s.sasl_step(Kind::token);
             s.sasl_reply("c");
             s.sasl_step(Kind::token, "wrong");
             s.sasl_reply(std::nullopt, -115);
         },
         "the server refused the authentication (error -115)"},
        {"refused and required",
         [](SessionScript& s) {
             s.sasl_step(Kind::token);
             s.sasl_reply(std::nullopt, -124);
         },
         "which it requires (error -124)"},
        {"the last token refused",
         [](SessionScript& s) {
             s.sasl_step(Kind::last_token, "t");
             s.sasl_reply(std::nullopt, -115);
         },
         "the server refused the authentication (error -115)"},
        {"not known to the server",
         [](SessionScript& s) {
             s.sasl_step(Kind::token);
             s.sasl_reply(std::nullopt, -6);
         },
         "the server does not support SASL (error -6)"},
        {"a challenge after the end",
         [](SessionScript& s) {
             s.sasl_step(Kind::last_token, "t");
             s.sasl_reply("more");
         },
         "a challenge after the last step"},
        {"the mechanism fails at once",
         [](SessionScript& s) { s.sasl_step(Kind::failed, "no such user"); },
         "no such user"},
        {"the mechanism does not trust the server",
         [](SessionScript& s) {
             s.sasl_step(Kind::token);
             s.sasl_reply("c");
             s.sasl_step(Kind::failed, "the server does not know the password");
         },
         "the server does not know the password"}};
    for (const auto& refusal : refusals) {
        SCOPED_TRACE(refusal.what);
        SessionScript s(with_sasl());
        s.start();
        s.get("r1");
        EXPECT_FALSE(s.add_auth("one"));
        s.reconnect();
        refusal.play(s);
        EXPECT_TRUE(s.session().finished());
        EXPECT_EQ(s.session().state(), KeeperState::AUTH_FAILED);
        const auto lines = s.take();
        EXPECT_THAT(lines, Contains("AUTH_FAILED").Times(1));
        EXPECT_THAT(lines, Contains("r1 auth_failed not sent").Times(1));
        EXPECT_THAT(lines, Contains("one auth_failed not applied").Times(1));
        EXPECT_THAT(lines, Not(Contains("CONNECTED")));
        EXPECT_THAT(s.session().auth_failure(), HasSubstr(refusal.reason));
        EXPECT_THAT(s.session().auth_failure(), HasSubstr("SASL (TOY) with zk1:2181 (10.0.0.1)"));
        EXPECT_THAT(s.take_logs(), ElementsAre("error: " + s.session().auth_failure()));
        EXPECT_FALSE(s.session().refused_auth());
    }
}

TEST(SessionSaslTest, ATooLargeTokenEndsTheSession) {
    auto config = with_sasl();
    config.limits.request_bytes = 100;
    SessionScript fits(config);
    greet(fits);
    fits.sasl_step(Kind::token, std::string(88, 'x'));
    EXPECT_EQ(fits.last_frame().size(), 100U);
    SessionScript s(config);
    greet(s);
    s.sasl_step(Kind::token, std::string(89, 'x'));
    EXPECT_EQ(s.session().state(), KeeperState::AUTH_FAILED);
    EXPECT_THAT(s.session().auth_failure(), HasSubstr("exceeds the maximum request size"));
}

// --- failures of the attempt ---

TEST(SessionSaslTest, ALostConnectionIsAFailedAttempt) {
    SessionScript s(with_sasl());
    s.start();
    s.get("r1");
    s.resolved({"10.0.0.1", "10.0.0.2"});
    s.connected();
    s.welcome();
    s.sasl_step(Kind::token);
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.2:2181"));
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("SASL (TOY): the connection was lost during")));
    s.connected();
    s.welcome();
    s.closed();  // while the mechanism is at work
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    EXPECT_THAT(s.session().auth_failure(), IsEmpty());
    s.serve_for(1s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionSaslTest, OtherErrorsAndMalformedRepliesAreFailedAttempts) {
    const std::function<void(SessionScript&)> replies[] = {
        [](SessionScript& s) { s.sasl_reply(std::nullopt, -4); },
        [](SessionScript& s) { s.sasl_reply(std::nullopt, -5); },
        [](SessionScript& s) {
            s.reply({1, 0, 0});
        }};
    for (const auto& reply : replies) {
        SessionScript s(with_sasl());
        greet(s);
        s.sasl_step(Kind::token);
        reply(s);
        EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
        EXPECT_NE(s.network(), SessionScript::Network::open);
        s.serve_for(1s);
        EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    }
}

TEST(SessionSaslTest, CredentialsThatAreMissingAreRetriedAndReported) {
    SessionScript s(with_sasl());
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    s.connected();
    s.welcome();
    s.take();
    s.sasl_step(Kind::not_ready, "no ticket");
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.2:2181"));
    const auto attempts = s.session().last_attempts();
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].reason, "SASL (TOY): no ticket");
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("warning: no connection to zk1:2181")));
    s.serve_for(1s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// The deadline is that of connecting, once more, for the whole exchange.
TEST(SessionSaslTest, TheExchangeHasADeadlineOfItsOwn) {
    auto config = with_sasl();
    config.connect_timeout = 3s;
    SessionScript s(config);
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2", "10.0.0.3"});
    s.connected();
    s.pass(2s);
    s.welcome();
    s.pass(2s);
    s.sasl_step(Kind::token);
    s.take();
    s.pass(999ms);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.2:2181"));
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("timed out waiting for the server")));
    s.connected();
    s.welcome();
    s.take();
    s.pass(3s);
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.3:2181"));
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("timed out waiting for the mechanism")));
}

TEST(SessionSaslTest, AnswersOfAFormerConnectionAreIgnored) {
    SessionScript s(with_sasl());
    greet(s);
    const auto former = s.attempt();
    s.closed();
    s.reconnect();
    s.take();
    SaslAnswer late;
    late.kind = Kind::failed;
    late.text = "too late";
    s.session().on_sasl(former, late, s.now());
    s.settle();
    EXPECT_THAT(s.take(), IsEmpty());
    s.sasl_step(Kind::token);
    late.kind = Kind::token;
    s.session().on_sasl(s.attempt(), late, s.now());  // nothing was asked for
    s.settle();
    EXPECT_THAT(s.take(), ElementsAre("> sasl 1 \"\""));
}

TEST(SessionSaslTest, TheMechanismMayLackMemory) {
    SessionScript s(with_sasl());
    greet(s);
    s.sasl_step(Kind::no_memory);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    s.serve_for(1s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// --- ends ---

TEST(SessionSaslTest, ClosingDuringTheExchangeEndsAtOnce) {
    for (const bool server_has_turn : {false, true}) {
        SessionScript s(with_sasl());
        s.start();
        s.get("r1");
        s.reconnect();
        if (server_has_turn) {
            s.sasl_step(Kind::token);
        }
        s.take();
        s.close();
        EXPECT_THAT(s.take(), ElementsAre("CLOSED", "r1 connection_loss not sent", "disconnect"));
        EXPECT_TRUE(s.session().finished());
    }
}

TEST(SessionSaslTest, AResumedSessionExpiresByTheClockDuringTheExchange) {
    auto config = with_sasl();
    config.connect_timeout = 60s;
    SessionScript s(config);
    greet(s);
    s.sasl_step(Kind::last_token, "t");
    s.sasl_reply("");
    s.closed();
    s.reconnect();
    s.take();
    s.pass(14s);
    EXPECT_THAT(s.take(), Contains("EXPIRED_SESSION"));
}

TEST(SessionSaslTest, TheZxidIsNotResetOnceAServerAcceptsIt) {
    SessionScript s(with_sasl());
    greet(s);
    EXPECT_FALSE(s.reset_zxid());
}

// Without SASL the error -124 keeps its own message.
TEST(SessionSaslTest, ARequirementThatIsNotMetIsToldApart) {
    SessionScript s;
    s.establish();
    s.get("r1");
    s.answer(-124);
    EXPECT_THAT(s.take(), Contains("r1 session_closed_require_sasl not applied"));
    EXPECT_THAT(s.session().auth_failure(), HasSubstr("has no credentials (error -124)"));
}

}  // namespace
}  // namespace kazoo::session
