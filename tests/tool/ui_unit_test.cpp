// SPDX-License-Identifier: Apache-2.0
// The parts of `kazoo ui` that need no network.
#include "ui/api/changes.hpp"
#include "ui/api/session_list.hpp"
#include "ui/http/access.hpp"
#include "ui/http/event_hub.hpp"
#include "ui/http/target.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace {

using namespace tool::ui;
using Json = nlohmann::ordered_json;

const std::string token(64, 'a');

Head own_head(const std::string& path = "/api/status") {
    Head head;
    head.method = "GET";
    head.target.path = path;
    head.host = "127.0.0.1:4000";
    head.authorization = "Bearer " + token;
    return head;
}

int status_of(const Head& head, std::uint16_t port = 4000) {
    const auto refused = Access(port, token).refusal(head);
    return refused ? refused->status : 200;
}

TEST(UiAccess, AdmitsThePage) {
    EXPECT_EQ(status_of(own_head()), 200);
    Head head = own_head();
    head.origin = "http://127.0.0.1:4000";
    head.fetch_site = "same-origin";
    EXPECT_EQ(status_of(head), 200);
    head.host = "localhost:4000";
    EXPECT_EQ(status_of(head), 403) << "another origin than the host";
    head.origin = "http://localhost:4000";
    EXPECT_EQ(status_of(head), 200);
}

TEST(UiAccess, RefusesWrongTokens) {
    for (const std::string& wrong :
         {std::string(),
          token,
          "Bearer " + token + "a",
          "bearer " + token,
          "Bearer " + std::string(64, 'b')}) {
        Head head = own_head();
        head.authorization = wrong;
        EXPECT_EQ(status_of(head), 401) << wrong;
        head.target.path = "/main.js";
        EXPECT_EQ(status_of(head), 200) << "files contain no data";
    }
}

TEST(UiAccess, RefusesForeignHosts) {
    for (const char* const host :
         {"",
          "127.0.0.1",
          "localhost",
          "127.0.0.1:4001",
          "evil.example:4000",
          "127.0.0.1:40000",
          "127.0.0.1:4000, 127.0.0.1:4000",
          "127.0.0.1:4000.evil.example"}) {
        Head head = own_head("/");
        head.host = host;
        EXPECT_EQ(status_of(head), 403) << host;
    }
    Head head = own_head();
    head.host = "localhost";
    EXPECT_EQ(status_of(head, 80), 200) << "browsers leave out the port of the scheme";
}

TEST(UiAccess, RefusesForeignOriginsBeforeTheyCanTryTokens) {
    for (const char* const origin :
         {"null",
          "http://evil.example",
          "https://127.0.0.1:4000",
          "http://127.0.0.1:4000/",
          "http://127.0.0.1:4001"}) {
        Head head = own_head();
        head.origin = origin;
        EXPECT_EQ(status_of(head), 403) << origin;
        head.authorization.clear();
        EXPECT_EQ(status_of(head), 403) << origin;
    }
    for (const char* const site : {"cross-site", "same-site", "x"}) {
        Head head = own_head();
        head.fetch_site = site;
        EXPECT_EQ(status_of(head), 403) << site;
    }
}

TEST(UiAccess, BodiesMustBeJson) {
    Head head = own_head();
    head.method = "POST";
    EXPECT_EQ(status_of(head), 415);
    head.content_type = "text/plain";
    EXPECT_EQ(status_of(head), 415);
    head.content_type = "application/json";
    EXPECT_EQ(status_of(head), 200);
}

TEST(UiAccess, TokensAreRandom) {
    const std::string one = random_token();
    EXPECT_EQ(one.size(), 64U);
    EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(one, random_token());
}

TEST(UiAccess, ComparesAllCharacters) {
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    for (const char* const other : {"", "ab", "abcd", "xbc", "axc", "abx"}) {
        EXPECT_FALSE(equal_in_constant_time("abc", other)) << other;
    }
}

TEST(UiTarget, RemovesPercentEncoding) {
    const auto target = parse_target("/api/node?path=%2Fa%20b%C3%A9+c&flag&empty=");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/api/node");
    EXPECT_EQ(target->query.at("path"), "/a b\xc3\xa9+c");
    EXPECT_EQ(target->query.at("flag"), "");
    EXPECT_EQ(target->query.at("empty"), "");
}

TEST(UiTarget, RefusesMalformedOnes) {
    for (const char* const text :
         {"", "x", "http://h/", "*", "/%", "/%1", "/%zz", "/%0g", "/?%", "/?a=%f", "/?a=1&a=2"}) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
    std::string many = "/?";
    for (int i = 0; i < 17; ++i) {
        many += "p" + std::to_string(i) + "=&";
    }
    EXPECT_FALSE(parse_target(many));
}

class UiChanges : public testing::Test {
protected:
    Json take() { return Json::parse(changes.take()); }

    int woken = 0;
    Changes changes{[this] { ++woken; }, 3};
};

TEST_F(UiChanges, KeepsTheLastEventOfANode) {
    EXPECT_EQ(changes.take(), "");
    changes.add("CREATED", "/a");
    changes.add("CHANGED", "/b");
    changes.add("DELETED", "/a");
    EXPECT_EQ(woken, 3);
    const Json event = take();
    EXPECT_EQ(event["gap"], false);
    EXPECT_EQ(event["status"], false);
    const Json expected =
        Json::array({{{"type", "DELETED"}, {"path", "/a"}}, {{"type", "CHANGED"}, {"path", "/b"}}});
    EXPECT_EQ(event["changes"], expected);
    EXPECT_EQ(changes.take(), "");
}

TEST_F(UiChanges, TooManyAreAGap) {
    for (const char* const path : {"/a", "/b", "/c", "/d", "/e"}) {
        changes.add("CREATED", path);
    }
    const Json event = take();
    EXPECT_EQ(event["gap"], true);
    EXPECT_TRUE(event["changes"].empty());
    changes.add("CREATED", "/a");
    EXPECT_EQ(take()["gap"], false);
}

TEST_F(UiChanges, AGapReplacesWhatPrecedesIt) {
    changes.add("CREATED", "/a");
    changes.add_gap();
    changes.add_status();
    const Json event = take();
    EXPECT_EQ(event["gap"], true);
    EXPECT_EQ(event["status"], true);
    EXPECT_TRUE(event["changes"].empty());
}

TEST_F(UiChanges, PathsThatAreNotUtf8AreNoError) {
    changes.add("CREATED", "/\xff");
    EXPECT_EQ(take()["changes"].size(), 1U);
}

class UiEvents : public testing::Test {
protected:
    boost::asio::io_context loop;
    EventHub hub{2, 40};
};

TEST_F(UiEvents, ReachAllReaders) {
    hub.publish("0", "gap");
    const auto one = hub.subscribe(loop.get_executor());
    const auto two = hub.subscribe(loop.get_executor());
    hub.publish("1", "gap");
    hub.publish("2", "gap");
    EXPECT_EQ(one->outbox, "data: 1\n\ndata: 2\n\n");
    EXPECT_EQ(two->outbox, one->outbox);
}

TEST_F(UiEvents, ASlowReaderGetsAGap) {
    const auto slow = hub.subscribe(loop.get_executor());
    const auto fast = hub.subscribe(loop.get_executor());
    hub.publish(std::string(20, 'x'), "gap");
    fast->outbox.clear();
    hub.publish(std::string(20, 'y'), "gap");
    EXPECT_EQ(slow->outbox, "data: gap\n\n");
    EXPECT_EQ(fast->outbox, "data: " + std::string(20, 'y') + "\n\n");
}

TEST_F(UiEvents, TheNumberOfReadersIsLimited) {
    auto one = hub.subscribe(loop.get_executor());
    const auto two = hub.subscribe(loop.get_executor());
    EXPECT_EQ(hub.subscribe(loop.get_executor()), nullptr);
    one.reset();
    EXPECT_NE(hub.subscribe(loop.get_executor()), nullptr);
}

TEST(UiSessions, ParsesADump) {
    bool complete = true;
    const auto sessions = parse_dump(
        "SessionTracker dump:\nSession Sets (2)/(2):\n0 expire at Thu Jan 01 00:00:00 UTC 1970:\n"
        "\t0x10a\n1 expire at Thu Jan 01 00:00:10 UTC 1970:\n\t0x10b\n"
        "ephemeral nodes dump:\nSessions with Ephemerals (1):\n0x10b:\n\t/a\n\t/b c\n"
        "Connections dump:\nConnections Sets (1)/(1):\n0 expire at x:\n\tip: /127.0.0.1:1\n",
        10,
        complete
    );
    ASSERT_TRUE(sessions);
    ASSERT_EQ(sessions->size(), 2U);
    EXPECT_TRUE(sessions->at(0x10a).ephemerals.empty());
    EXPECT_EQ(sessions->at(0x10b).ephemerals, (std::vector<std::string>{"/a", "/b c"}));
    EXPECT_TRUE(complete);
}

TEST(UiSessions, KeepsALimitedNumber) {
    bool complete = true;
    const auto sessions =
        parse_dump("Sessions with Ephemerals (1):\n0x1:\n\t/a\n\t/b\n\t/c\n", 2, complete);
    EXPECT_EQ(sessions->at(1).ephemerals.size(), 2U);
    EXPECT_FALSE(complete);
}

TEST(UiSessions, ARefusalIsNoDump) {
    bool complete = true;
    EXPECT_FALSE(
        parse_dump("dump is not executed because it is not in the whitelist.\n", 9, complete)
    );
    EXPECT_FALSE(parse_dump("", 9, complete));
}

TEST(UiSessions, MalformedDumpsAreNoError) {
    bool complete = true;
    const auto sessions = parse_dump(
        "ephemerals\n\t/x's\n0x\n0xz\n0xfffffffffffffffff:\n\t/a\n0x2:\r\n\t/b\r\n", 9, complete
    );
    ASSERT_TRUE(sessions);
    ASSERT_EQ(sessions->size(), 1U);
    EXPECT_EQ(sessions->at(2).ephemerals, std::vector<std::string>{"/b"});
}

TEST(UiSessions, AddsAddresses) {
    SessionList sessions;
    add_addresses(
        " /127.0.0.1:50000[1](queued=0,recved=1,sent=1,sid=0xa1,lop=SESS)\n"
        " /127.0.0.1:50001[0](queued=0,recved=1,sent=0)\nsid=0x1\n/[sid=\n",
        sessions
    );
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_EQ(sessions.at(0xa1).address, "127.0.0.1:50000");
}

}  // namespace
