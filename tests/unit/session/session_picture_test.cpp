// SPDX-License-Identifier: Apache-2.0
// The copy of a session's state for people who look into a client.
#include "session/picture.hpp"
#include "support/session_script.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing_support::SessionScript;
using namespace std::chrono_literals;

class SessionPictureTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }
    [[nodiscard]] SessionPicture picture() { return s.session().picture(2, 1); }

    SessionScript s;
};

TEST_F(SessionPictureTest, ShowsTheConnection) {
    const auto shown = picture();
    EXPECT_EQ(shown.state, KeeperState::CONNECTED);
    EXPECT_EQ(shown.session_id, s.session().identity().id);
    EXPECT_EQ(shown.timeout, 10s);
    EXPECT_EQ(shown.server, "zk1:2181 (10.0.0.1)");
    EXPECT_FALSE(shown.ping_sent);
    s.closed();
    EXPECT_EQ(picture().server, "") << "the name is being looked up";
    ASSERT_EQ(picture().history.size(), 2U);
    EXPECT_EQ(picture().history[0].what, "connected");
    EXPECT_EQ(picture().history[1].what.substr(0, 17), "connection lost: ");
}

TEST_F(SessionPictureTest, ShowsTheOldestRequests) {
    s.get("r1");
    const auto called = s.now();
    s.pause(1s);
    s.hold_output(true);
    for (const auto* const name : {"r2", "r3", "r4"}) {
        s.get(name);
    }
    EXPECT_TRUE(s.cancel("r2"));
    const auto shown = picture();
    EXPECT_EQ(shown.in_flight, 1U);
    EXPECT_EQ(shown.queued, 2U);
    ASSERT_EQ(shown.requests.size(), 2U);
    EXPECT_TRUE(shown.requests[0].sent);
    EXPECT_EQ(shown.requests[0].issued, called);
    EXPECT_EQ(shown.requests[0].op, Opcode::get_data);
    EXPECT_FALSE(shown.requests[1].sent);
    EXPECT_EQ(shown.requests[1].xid, shown.requests[0].xid + 2) << "withdrawn ones are not shown";
    s.hold_output(false);
}

TEST_F(SessionPictureTest, AbandonedRequestsHaveNoOwner) {
    s.get("r1");
    EXPECT_TRUE(s.cancel("r1"));
    ASSERT_EQ(picture().requests.size(), 1U);
    EXPECT_FALSE(picture().requests[0].owner);
}

TEST_F(SessionPictureTest, ShowsWatchesByPath) {
    for (const auto* const watcher : {"w1", "w2"}) {
        s.ask(std::string("r") + watcher, Opcode::get_data, {.path = "/a", .watcher = watcher});
        s.answer();
    }
    s.ask("r3", Opcode::get_data, {.path = "/b", .watcher = "w1"});
    s.answer();
    const auto shown = picture();
    EXPECT_EQ(shown.watches, 3U);
    EXPECT_EQ(shown.watched_paths, 2U);
    ASSERT_EQ(shown.paths.size(), 1U);
    EXPECT_EQ(shown.paths[0].path, "/a");
    EXPECT_EQ(shown.paths[0].functions, 2U);
}

TEST_F(SessionPictureTest, ShowsTheLastPing) {
    s.pass(3333ms);
    EXPECT_EQ(picture().ping_sent, s.now());
    EXPECT_FALSE(picture().ping_round_trip);
    s.pause(7ms);
    s.pong();
    EXPECT_EQ(picture().ping_round_trip, 7ms);
    s.closed();
    EXPECT_FALSE(picture().ping_sent) << "of the present connection only";
}

}  // namespace
}  // namespace kazoo::session
