// SPDX-License-Identifier: Apache-2.0
// Closing the session: in every phase, with every reply.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

void expect_over(SessionScript& s) {
    EXPECT_TRUE(s.session().finished());
    EXPECT_EQ(s.session().state(), KeeperState::CLOSED);
    EXPECT_EQ(s.session().identity().id, 0);
    EXPECT_EQ(s.session().requests(), 0U);
    EXPECT_EQ(s.session().watches(), 0U);
    EXPECT_EQ(s.session().next_deadline(), TimePoint::max());
    EXPECT_EQ(s.ask("late", Opcode::get_data), ClientErrc::connection_closed);
    s.close();
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST(SessionCloseTest, WithAReply) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
    s.answer();
    s.take();
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("> close_session 2"));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    EXPECT_FALSE(s.session().finished());
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "watch NONE CLOSED -> w1", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, EarlierRequestsAreServed) {
    SessionScript s;
    s.establish();
    s.get("r1");
    s.set("r2");
    s.close();
    EXPECT_EQ(s.ask("r3", Opcode::get_data), ClientErrc::connection_closed);
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "> set_data 2 /a", "> close_session 3"));
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "r2 ok"));
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "disconnect"));
    expect_over(s);
}

// ClickHouse Keeper closes the connection without a reply.
TEST(SessionCloseTest, WithTheEndOfTheConnectionAsReply) {
    SessionScript s;
    s.establish();
    s.set("r1");
    s.close();
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "r1 connection_loss unknown", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, WithoutAReply) {
    auto config = script_config();
    config.close_timeout = 2s;
    SessionScript s(config);
    s.establish();
    s.get("r1");
    s.close();
    s.take();
    s.pass(1999ms);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "r1 connection_loss not applied", "disconnect"));
    EXPECT_THAT(
        s.take_logs(), ElementsAre(HasSubstr("did not reply to the close request in time"))
    );
    expect_over(s);
}

TEST(SessionCloseTest, ADeadConnectionIsNotWaitedFor) {
    SessionScript s;
    s.establish();
    s.close();
    s.pass(6666ms);
    EXPECT_THAT(s.take(), ElementsAre("> close_session 1", "> ping", "CLOSED", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, WithoutTime) {
    auto config = script_config();
    config.close_timeout = 0ms;
    SessionScript s(config);
    s.establish();
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("> close_session 1", "CLOSED", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, AFullQueueDoesNotPreventIt) {
    auto config = script_config();
    config.limits.requests = 1;
    SessionScript s(config);
    s.establish();
    s.get("r1");
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "> close_session 2"));
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "CLOSED", "disconnect"));
}

TEST(SessionCloseTest, AMalformedReplyEndsItToo) {
    SessionScript s;
    s.establish();
    s.close();
    s.take();
    s.bytes(std::vector<std::byte>(4));
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, AnErrorIsAReply) {
    SessionScript s;
    s.establish();
    s.close();
    s.take();
    s.answer(-112);
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, DeadlinesAndCancellationContinue) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.ask("r1", Opcode::set_data, {.deadline = s.now() + 1s}));
    s.get("r2");
    s.close();
    s.take();
    s.pass(1s);
    EXPECT_TRUE(s.cancel("r2"));
    EXPECT_THAT(s.take(), ElementsAre("r1 operation_timeout unknown", "r2 cancelled not applied"));
    s.serve();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "disconnect"));
    expect_over(s);
}

// Without a served connection there is no close request to send.
TEST(SessionCloseTest, InEveryOtherPhaseAtOnce) {
    const auto close = [](SessionScript& s) {
        s.get("r");
        s.take();
        s.close();
        const auto lines = s.take();
        ASSERT_GE(lines.size(), 2U);
        EXPECT_EQ(lines[0], "CLOSED");
        EXPECT_EQ(lines[1], "r connection_loss not sent");
        EXPECT_EQ(lines.back(), "disconnect");
        expect_over(s);
    };
    auto config = script_config();
    config.auth = {{"digest", "u:p"}};
    for (int steps = 0; steps < 5; ++steps) {
        SCOPED_TRACE(steps);
        SessionScript s(config);
        s.start();
        if (steps == 1) {
            s.unresolved();  // waiting for the next attempt
        } else if (steps > 1) {
            s.resolved();
        }
        if (steps > 2) {
            s.connected();
        }
        if (steps > 3) {
            s.welcome();  // and credentials without a reply
        }
        close(s);
    }
    SessionScript lost;
    lost.establish();
    lost.closed();
    close(lost);
}

TEST(SessionCloseTest, AfterAnExpiredSession) {
    SessionScript s;
    s.establish();
    s.closed();
    s.reconnect({.timeout_ms = 0});
    s.take();
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "disconnect"));
    expect_over(s);
}

TEST(SessionCloseTest, BeforeTheStartItHasNoEffect) {
    SessionScript s;
    s.close();
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_FALSE(s.session().finished());
}

TEST(SessionCloseTest, LaterInputsAreIgnored) {
    SessionScript s;
    s.establish();
    s.close();
    s.answer();
    s.take();
    auto& session = s.session();
    for (const auto attempt : {s.attempt(), s.attempt() + 1}) {
        session.on_resolved(attempt, {}, {{"10.0.0.1", 1}}, s.now());
        session.on_connected(attempt, s.now());
        session.on_bytes(attempt, std::vector<std::byte>(20), s.now());
        session.on_closed(attempt, std::make_error_code(std::errc::io_error), s.now());
    }
    session.on_timeout(s.now() + 1h);
    EXPECT_FALSE(session.cancel(1, ClientErrc::cancelled));
    s.settle();
    EXPECT_THAT(s.take(), IsEmpty());
}

}  // namespace
}  // namespace kazoo::session
