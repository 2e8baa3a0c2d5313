// SPDX-License-Identifier: Apache-2.0
// Requests and their replies: pairing, order, zxids, cancellation, deadlines, limits.
#include "codec/headers.hpp"
#include "codec/replies.hpp"
#include "support/hex.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
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
using testing_support::from_hex;
using testing_support::RequestOptions;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int32_t no_node = -101;

class SessionRequestTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }

    SessionScript s;
};

TEST_F(SessionRequestTest, IsAnswered) {
    s.get("r1");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a"));
    s.reply({1, 5, 0}, codec::ErrorResponse{0x61626364});
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
    EXPECT_EQ(s.body("r1"), "abcd");
    EXPECT_EQ(s.session().requests(), 0U);
}

TEST_F(SessionRequestTest, ManyRepliesInOnePiece) {
    s.get("r1", "/x");
    s.set("r2", "/y");
    s.get("r3", "/z");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /x", "> set_data 2 /y", "> get_data 3 /z"));
    base::Buffer replies;
    codec::append_frame(replies, codec::ReplyHeader{1, 5, 0}, codec::ErrorResponse{0x31313131});
    codec::append_frame(replies, codec::ReplyHeader{2, 6, no_node});
    codec::append_frame(replies, codec::ReplyHeader{3, 6, 0}, codec::ErrorResponse{0x33333333});
    s.bytes(replies.span());
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "r2 no_node not applied", "r3 ok"));
    EXPECT_EQ(s.body("r1") + s.body("r3"), "11113333");
}

TEST_F(SessionRequestTest, BodiesSurviveEveryCut) {
    base::Buffer replies;
    codec::append_frame(replies, codec::ReplyHeader{1, 5, 0}, codec::ErrorResponse{0x31313131});
    codec::append_frame(replies, codec::ReplyHeader{2, 5, 0}, codec::ErrorResponse{0x32323232});
    for (std::size_t cut = 1; cut < replies.size(); ++cut) {
        SessionScript fresh;
        fresh.establish();
        fresh.get("r1");
        fresh.get("r2");
        fresh.bytes(replies.span().first(cut));
        fresh.bytes(replies.span().subspan(cut));
        EXPECT_EQ(fresh.body("r1") + fresh.body("r2"), "11112222") << cut;
    }
}

TEST_F(SessionRequestTest, ErrorsCarryTheirOutcome) {
    const auto answer = [this](Opcode op, std::int32_t err) {
        EXPECT_FALSE(s.ask("r", op));
        s.take();
        s.answer(err);
        return s.take().at(0);
    };
    EXPECT_EQ(answer(Opcode::get_data, no_node), "r no_node not applied");
    EXPECT_EQ(answer(Opcode::set_data, -103), "r bad_version not applied");
    EXPECT_EQ(answer(Opcode::set_data, -1), "r system_error unknown");
    EXPECT_EQ(answer(Opcode::get_data, -1), "r system_error not applied");
    EXPECT_EQ(answer(Opcode::set_data, -9999), "r unknown_error unknown");
    EXPECT_EQ(answer(Opcode::get_data, 77), "r unknown_error not applied");
}

// A server that does not know multi_read closes the connection behind its reply.
TEST_F(SessionRequestTest, RequestsBehindAnUnknownOneAreSentOnTheNextConnection) {
    EXPECT_FALSE(s.ask("r1", Opcode::multi_read));
    s.take();
    s.answer(static_cast<std::int32_t>(Errc::unimplemented));
    EXPECT_THAT(s.take(), Contains("r1 unimplemented not applied").Times(1));
    s.get("r2");
    EXPECT_THAT(s.take(), Not(Contains(HasSubstr("> get_data"))));
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> get_data 2 /a"));
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok"));
}

TEST_F(SessionRequestTest, AnUnsupportedKindOfNodeDoesNotEndTheConnection) {
    EXPECT_FALSE(s.ask("r1", Opcode::create_ttl));
    s.take();
    s.answer(static_cast<std::int32_t>(Errc::unimplemented));
    EXPECT_THAT(s.take(), ElementsAre("r1 unimplemented not applied"));
}

TEST_F(SessionRequestTest, ABodyAfterAnErrorIsIgnored) {
    s.get("r1");
    s.reply({1, 5, no_node}, codec::ErrorResponse{0x61626364});
    EXPECT_THAT(s.take(), Contains("r1 no_node not applied"));
}

TEST_F(SessionRequestTest, EventsAreTakenInOrderAndInParts) {
    s.get("r1");
    s.get("r2");
    const auto frames = from_hex(
        "00000010 00000001 0000000000000005 00000000"
        "00000010 00000002 0000000000000006 00000000"
    );
    const std::span<const std::byte> both(frames);
    s.session().on_bytes(s.attempt(), both.first(20), s.now());
    s.session().on_bytes(s.attempt(), both.last(20), s.now());
    std::array<Event, 1> events;
    EXPECT_EQ(s.session().take_events(events), 1U);
    EXPECT_EQ(std::get<ReplyEvent>(events[0]).zxid, 5);
    EXPECT_EQ(s.session().take_events(events), 1U);
    EXPECT_EQ(std::get<ReplyEvent>(events[0]).zxid, 6);
    EXPECT_EQ(s.session().take_events(events), 0U);
}

// --- xids ---

TEST_F(SessionRequestTest, AReplyOutOfOrderEndsTheConnection) {
    s.set("r1");
    s.get("r2");
    s.take();
    s.reply({2, 5, 0});
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "r1 connection_loss unknown",
            "r2 connection_loss not applied",
            "CONNECTING",
            "disconnect"
        )
    );
}

TEST_F(SessionRequestTest, AnUnexpectedReplyIsIgnored) {
    s.get("r1");
    s.take();
    for (const auto xid : {99, 0, -3, 2, 0x7fffffff}) {
        s.reply({xid, 99, 0});
        EXPECT_THAT(s.take(), IsEmpty());
        EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("unexpected reply")));
    }
    EXPECT_EQ(s.session().last_zxid(), 0);
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
    s.reply({1, 5, 0});
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("unexpected reply")));
}

TEST(SessionXidTest, WrapsToOneAndContinuesAfterAReconnect) {
    auto config = script_config();
    config.first_xid = 0x7ffffffe;
    SessionScript s(config);
    s.establish();
    for (const auto* name : {"r1", "r2", "r3"}) {
        s.get(name);
    }
    EXPECT_THAT(
        s.take(),
        ElementsAre("> get_data 2147483646 /a", "> get_data 2147483647 /a", "> get_data 1 /a")
    );
    s.answer();
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "r2 ok", "r3 ok"));
    s.closed();
    s.reconnect();
    s.take();
    s.get("r4");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 2 /a"));
}

// --- malformed input ---

TEST_F(SessionRequestTest, MalformedFramesEndTheConnection) {
    for (const auto* bytes :
         {"00000000",
          "00000004 00000001",
          "80000000",
          "ffffffff",
          "0000000f 000000000000000000000000000000"}) {
        SCOPED_TRACE(bytes);
        SessionScript fresh;
        fresh.establish();
        fresh.set("r1");
        fresh.take();
        fresh.bytes(from_hex(bytes));
        EXPECT_THAT(
            fresh.take(), ElementsAre("r1 connection_loss unknown", "CONNECTING", "disconnect")
        );
        EXPECT_THAT(fresh.take_logs(), Contains(HasSubstr("malformed")));
    }
}

TEST_F(SessionRequestTest, BytesAfterTheEndAreIgnored) {
    s.get("r1");
    s.get("r2");
    s.take();
    base::Buffer bytes;
    codec::append_frame(bytes, codec::ReplyHeader{1, 5, 0});
    codec::append_frame(bytes);
    codec::append_frame(bytes, codec::ReplyHeader{2, 6, 0});
    s.bytes(bytes.span());
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "r1 ok",
            "r2 connection_loss not applied",
            "CONNECTING",
            "disconnect",
            "resolve zk1:2181"
        )
    );
    // The bytes after the invalid frame do not reach the next connection either.
    s.reconnect();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST_F(SessionRequestTest, AnIncompleteFrameIsDroppedWithItsConnection) {
    s.get("r1");
    s.bytes(from_hex("00000010 00000001 0000"));
    s.closed();
    s.reconnect();
    s.take();
    s.get("r2");
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 2 /a", "r2 ok"));
}

// --- the last zxid ---

TEST_F(SessionRequestTest, OrdinaryRepliesMoveTheLastZxid) {
    const auto answered = [this](std::int64_t zxid, std::int32_t err) {
        s.get("r");
        s.answer(err, zxid);
        return s.session().last_zxid();
    };
    EXPECT_EQ(answered(5, 0), 5);
    EXPECT_EQ(answered(7, no_node), 7);
    EXPECT_EQ(answered(6, 0), 7);
    EXPECT_EQ(answered(-1, -6), 7);
    EXPECT_EQ(answered(0, -124 + 20), 7);
    s.notify(3, "/a", 100);
    s.reply({codec::ping_xid, 101, 0});
    s.reply({codec::auth_xid, 102, 0});
    s.reply({codec::set_watches_xid, 103, 0});
    s.reply({55, 104, 0});
    EXPECT_EQ(s.session().last_zxid(), 7);
    s.get("r");
    EXPECT_TRUE(s.cancel("r"));
    s.answer(0, 8);  // abandoned, but a reply
    EXPECT_EQ(s.session().last_zxid(), 8);
    s.closed();
    s.take();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains(HasSubstr("zxid=8")));
}

TEST_F(SessionRequestTest, ZxidsHave64Bits) {
    s.get("r");
    s.answer(0, 0x7'8000'0001);
    s.get("r");
    s.answer(0, 0x6'ffff'ffff);  // from an older epoch, whatever its low half
    EXPECT_EQ(s.session().last_zxid(), 0x7'8000'0001);
    s.closed();
    s.take();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains(HasSubstr("zxid=" + std::to_string(0x7'8000'0001))));
}

// --- cancellation and deadlines ---

TEST_F(SessionRequestTest, SentRequestsAreAbandoned) {
    s.set("r1");
    s.get("r2");
    s.take();
    EXPECT_TRUE(s.cancel("r1"));
    EXPECT_FALSE(s.cancel("r1"));
    EXPECT_THAT(s.take(), ElementsAre("r1 cancelled unknown"));
    EXPECT_TRUE(s.cancel("r2"));
    EXPECT_THAT(s.take(), ElementsAre("r2 cancelled not applied"));
    EXPECT_EQ(s.session().requests(), 2U);
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_THAT(s.take_logs(), IsEmpty());
    EXPECT_EQ(s.session().requests(), 0U);
}

TEST_F(SessionRequestTest, AnAbandonedRequestDoesNotFailAgain) {
    s.get("r1");
    s.get("r2");
    EXPECT_TRUE(s.cancel("r1"));
    s.take();
    s.closed();
    EXPECT_THAT(
        s.take(), ElementsAre("r2 connection_loss not applied", "CONNECTING", "disconnect")
    );
    EXPECT_FALSE(s.cancel("r2"));
}

TEST_F(SessionRequestTest, UnsentRequestsAreWithdrawn) {
    s.closed();
    s.set("r1", "/one");
    s.set("r2", "/two");
    s.set("r3", "/three");
    s.take();
    EXPECT_TRUE(s.cancel("r2"));
    EXPECT_THAT(s.take(), ElementsAre("r2 cancelled not sent"));
    EXPECT_EQ(s.session().requests(), 2U);
    s.reconnect();
    const auto lines = s.take();
    EXPECT_THAT(
        (std::vector<std::string>(lines.end() - 3, lines.end())),
        ElementsAre("CONNECTED", "> set_data 1 /one", "> set_data 3 /three")
    );
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "r3 ok"));
}

TEST_F(SessionRequestTest, ADeadlineFailsOnlyItsRequest) {
    EXPECT_FALSE(s.ask("r1", Opcode::set_data, {.deadline = s.now() + 500ms}));
    EXPECT_FALSE(s.ask("r2", Opcode::get_data, {.deadline = s.now() + 2s}));
    s.take();
    EXPECT_EQ(s.until_deadline(), 500ms);
    s.pass(499ms);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("r1 operation_timeout unknown"));
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok"));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    EXPECT_EQ(s.until_deadline(), 10'000ms / 3 - 500ms);  // the next ping
}

TEST_F(SessionRequestTest, DeadlinesPassInEveryPhase) {
    s.closed();
    s.take();
    int number = 0;
    const auto expires = [&] {
        const auto name = "r" + std::to_string(++number);
        EXPECT_FALSE(s.ask(name, Opcode::set_data, {.deadline = s.now() + 1ms}));
        s.pass(1ms);
        EXPECT_THAT(s.take(), ElementsAre(name + " operation_timeout not sent"));
    };
    expires();  // between attempts
    s.pass(s.until_deadline());
    s.take();
    expires();  // looking up
    s.resolved();
    s.take();
    expires();  // connecting
    s.connected();
    s.take();
    expires();  // in the handshake
    s.welcome();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED"));
    EXPECT_EQ(s.session().requests(), 0U);
}

TEST_F(SessionRequestTest, APastDeadlineDoesNotLoop) {
    s.closed();
    s.take();
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.deadline = s.now() - 1s}));
    EXPECT_THAT(s.take(), ElementsAre("r1 operation_timeout not sent"));
}

// --- limits ---

TEST(SessionLimitTest, ReachingALimitIsAnErrorWithoutEffect) {
    auto config = script_config();
    config.limits.requests = 2;
    config.limits.request_bytes = 40;
    SessionScript s(config);
    s.establish();
    EXPECT_EQ(
        s.ask("r0", Opcode::get_data, {.path = "/" + std::string(40, 'x')}),
        ClientErrc::request_too_large
    );
    s.get("r1");
    s.get("r2");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "> get_data 2 /a"));
    EXPECT_EQ(s.ask("r3", Opcode::get_data), ClientErrc::queue_full);
    s.answer();
    s.get("r3");
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "> get_data 3 /a"));
}

TEST(SessionLimitTest, BytesAreCountedWhileQueued) {
    auto config = script_config();
    config.limits.queued_bytes = 100;
    SessionScript s(config);
    s.start();
    const RequestOptions large{.path = "/" + std::string(99, 'x')};
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, large));
    EXPECT_EQ(s.ask("r2", Opcode::get_data), ClientErrc::queue_full);
    EXPECT_TRUE(s.cancel("r1"));
    s.get("r2");
    EXPECT_FALSE(s.ask("r3", Opcode::get_data, large));
    EXPECT_EQ(s.ask("r4", Opcode::get_data), ClientErrc::queue_full);
    s.reconnect();
    s.get("r4");
    EXPECT_EQ(s.session().requests(), 3U);
}

TEST(SessionLimitTest, AnOversizedReplyFailsOnlyItsRequest) {
    auto config = script_config();
    config.limits.reply_bytes = 100;
    for (const std::size_t pieces : {0U, 1U, 7U}) {
        SessionScript s(config);
        s.establish();
        s.deliver_in_pieces(pieces);
        s.set("r1");
        s.get("r2");
        s.get("r3");
        s.get("r4");
        s.take();
        const codec::CreateReply large{std::string(200, 'x')};
        s.reply({1, 5, 0}, large);
        EXPECT_THAT(s.take(), ElementsAre("r1 response_too_large unknown"));
        EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("oversized reply of 220 bytes")));
        s.reply({2, 6, 0}, large);
        EXPECT_THAT(s.take(), ElementsAre("r2 response_too_large not applied"));
        EXPECT_TRUE(s.cancel("r3"));
        s.reply({3, 7, 0}, large);
        s.take();
        s.reply({4, 7, 0}, codec::CreateReply{std::string(80, 'x')});
        EXPECT_THAT(s.take(), ElementsAre("r4 ok"));
        EXPECT_EQ(s.session().last_zxid(), 7);
    }
}

TEST(SessionLimitTest, OtherOversizedFramesAreHandledLikeSmallOnes) {
    auto config = script_config();
    config.limits.reply_bytes = 100;
    const codec::CreateReply large{std::string(200, 'x')};
    SessionScript s(config);
    s.establish();
    s.get("r1");
    s.get("r2");
    s.take();
    s.reply({77, 5, 0}, large);
    EXPECT_THAT(s.take(), IsEmpty());
    s.reply({2, 5, 0}, large);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);

    // Any watch may have fired; a new connection restores them and shows which.
    s.reconnect();
    s.take();
    s.reply({codec::watch_xid, 5, 0}, large);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect"));
}

TEST(SessionLimitTest, ReadsThatWereSentCountWhenTheyAreAbandoned) {
    auto config = script_config();
    config.limits.requests = 1;
    SessionScript s(config);
    s.establish();
    s.get("r1");
    EXPECT_TRUE(s.cancel("r1"));
    EXPECT_EQ(s.ask("r2", Opcode::get_data), ClientErrc::queue_full);
    s.answer();
    s.get("r2");
    EXPECT_EQ(s.session().requests(), 1U);
}

}  // namespace
}  // namespace kazoo::session
