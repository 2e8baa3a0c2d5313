// SPDX-License-Identifier: Apache-2.0
// What is recorded about each server that could not be reached.
#include "support/hex.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_support::from_hex;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

std::string tried(SessionScript& s) {
    return to_string(s.session().last_attempts());
}

TEST(SessionAttemptsTest, ANameThatDoesNotResolve) {
    SessionScript s;
    s.start();
    EXPECT_EQ(tried(s), "");
    s.unresolved();
    EXPECT_EQ(tried(s), "tried zk1:2181: the name does not resolve: No route to host");
}

TEST(SessionAttemptsTest, ANameThatIsStillLookedUp) {
    SessionScript s;
    s.start();
    s.pass(1s);
    EXPECT_EQ(tried(s), "tried zk1:2181: the name lookup is slow and continues in the background");
    s.resolved();
    s.closed();
    EXPECT_EQ(tried(s), "tried zk1:2181 (10.0.0.1): Connection reset by peer");
}

TEST(SessionAttemptsTest, AServerThatIsSilent) {
    SessionScript s;
    s.start();
    s.resolved();
    s.pass(s.until_deadline());
    EXPECT_THAT(tried(s), HasSubstr("timed out: the connection was not accepted"));
    s.reconnect_until_asked();
    s.pass(s.until_deadline());
    EXPECT_THAT(tried(s), HasSubstr("the connection was accepted, but the server did not reply"));
}

TEST(SessionAttemptsTest, AServerThatDoesNotSpeakZooKeeper) {
    SessionScript s;
    s.start();
    s.reconnect_until_asked();
    s.bytes(from_hex("5353482d"));  // SSH-
    EXPECT_EQ(tried(s), "tried zk1:2181 (10.0.0.1): the peer is not a ZooKeeper server");
    s.reconnect_until_asked();
    s.bytes(from_hex("48545450 2f312e31"));  // HTTP/1.1
    EXPECT_EQ(
        tried(s), "tried zk1:2181 (10.0.0.1): the peer is an HTTP server, not a ZooKeeper server"
    );
}

TEST(SessionAttemptsTest, AServerThatExpectsTls) {
    for (const std::size_t piece : {0U, 1U}) {
        SessionScript s;
        s.start();
        s.reconnect_until_asked();
        s.deliver_in_pieces(piece);
        s.bytes(from_hex("1503030002 0246"));  // an alert: protocol_version
        EXPECT_EQ(tried(s), "tried zk1:2181 (10.0.0.1): the server expects TLS");
    }
}

TEST(SessionAttemptsTest, AServerThatIsReadOnly) {
    SessionScript s;
    s.start();
    s.reconnect({.read_only = true});
    EXPECT_EQ(tried(s), "tried zk1:2181 (10.0.0.1): the server is read-only");
}

TEST(SessionAttemptsTest, AServerThatClosesSilently) {
    SessionScript s;
    s.start();
    s.reconnect_until_asked();
    s.closed();
    EXPECT_THAT(tried(s), HasSubstr("closed the connection instead of answering"));
    EXPECT_THAT(tried(s), testing::Not(HasSubstr("behind"))) << "this client has seen nothing";
    s.reconnect();
    s.get("r1");
    s.answer(0, 77);
    EXPECT_EQ(tried(s), "") << "there is a connection";
    s.closed();
    s.reconnect_until_asked();
    s.closed();
    EXPECT_THAT(tried(s), HasSubstr("is behind this client's last zxid"));
}

TEST(SessionAttemptsTest, AreThoseOfAllServersAndOutliveTheSession) {
    auto config = script_config();
    config.hosts = {{"zk1", 2181}, {"10.0.0.2", 2182}};
    config.connection_retry.max_tries(1);
    SessionScript s(config);
    s.start();
    s.unresolved();
    s.resolved({"10.0.0.2"});
    s.closed();
    EXPECT_TRUE(s.session().finished());
    EXPECT_EQ(
        tried(s),
        "tried zk1:2181: the name does not resolve: No route to host; "
        "10.0.0.2:2182: Connection reset by peer"
    );
}

TEST(SessionAttemptsTest, AreWarningsWhenNew) {
    SessionScript s;
    s.start();
    s.unresolved();
    EXPECT_THAT(s.take_logs(), ElementsAre(StartsWith("warning: no connection to zk1:2181: ")));
    const auto begin = s.now();
    while (s.now() - begin < 50s) {
        s.pass(s.until_deadline());
        s.unresolved();
    }
    EXPECT_THAT(s.take_logs(), testing::Each(StartsWith("debug: ")));
    while (s.now() - begin < 65s) {
        s.pass(s.until_deadline());
        s.unresolved();
    }
    EXPECT_THAT(s.take_logs(), Contains(StartsWith("warning: ")));
}

}  // namespace
}  // namespace kazoo::session
