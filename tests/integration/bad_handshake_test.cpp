// SPDX-License-Identifier: Apache-2.0
// Bad replies to a handshake, from servers that are not ZooKeeper or refuse the client.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <atomic>
#include <functional>
#include <limits>

namespace kazoo::testing_support {
namespace {

class BadHandshake : public FaultTest {};

struct NoHandshakeReply {
    const char* what;
    std::function<void(FakeConnection&)> misbehave;
};

const std::vector<NoHandshakeReply>& ways_to_welcome_nobody() {
    constexpr auto largest = std::numeric_limits<std::int32_t>::max();
    static const std::vector<NoHandshakeReply> ways{
        {"no answer", [](auto& c) { c.stay_silent(); }},
        {"closed at once", [](auto&) {}},
        {"closed after the request", [](auto& c) { c.read_hello(); }},
        {"HTTP", [](auto& c) { c.send("HTTP/1.1 400 Bad Request\r\n\r\n"), c.stay_silent(); }},
        {"text without end",
         [](auto& c) {
             for (const std::string text(4096, 'x');;) c.send(text);
         }},
        {"zeros", [](auto& c) { c.send(std::string(64, '\0')), c.stay_silent(); }},
        {"negative length", [](auto& c) { c.send(int32s({-1})), c.stay_silent(); }},
        {"largest length", [](auto& c) { c.send(int32s({largest})), c.stay_silent(); }},
        {"no ConnectResponse",
         [](auto& c) {
             c.send(int32s({4, 0})), c.stay_silent();
         }},
        {"password beyond the frame",
         [](auto& c) {
             c.read_hello();
             c.send(int32s({24, 0, 5000, 0, 1, largest, 0}));
             c.stay_silent();
         }},
        {"half a ConnectResponse",
         [](auto& c) {
             c.read_hello();
             c.send(frame(c.answer(1, 5000)).span().first(20));
         }},
        {"no session", [](auto& c) { c.read_hello(), c.send(frame(c.answer(0, 0))); }},
        {"no timeout", [](auto& c) { c.read_hello(), c.send(frame(c.answer(1, 0))); }},
        {"negative timeout", [](auto& c) { c.read_hello(), c.send(frame(c.answer(1, -1))); }},
        {"not ready to serve", [](auto& c) {
             c.read_hello();
             auto answer = c.answer(1, 5000);
             answer.protocol_version = 42;
             c.send(frame(answer));
         }}};
    return ways;
}

TEST_P(BadHandshake, IsATimeout) {
    constexpr auto limit = 100ms;
    for (const auto& way : ways_to_welcome_nobody()) {
        SCOPED_TRACE(way.what);
        FakeServer bad([&](FakeConnection& c, int) { way.misbehave(c); });
        KazooClient zk(options_for(bad.hosts()));
        Error error;
        const auto taken =
            time_of([&] { error = thrown<KazooTimeoutError>([&] { zk.start(limit); }); });
        EXPECT_LT(taken, limit + 1s);
        EXPECT_NE(error.message().find(bad.hosts()), std::string::npos) << error;
        EXPECT_GE(bad.connections(), 1);
        EXPECT_EQ(thrown<ConnectionClosedError>([&] { zk.get("/"); }).outcome(), Outcome::not_sent);
    }
}

TEST_P(BadHandshake, NextToAGoodServer) {
    for (const auto& way : ways_to_welcome_nobody()) {
        SCOPED_TRACE(way.what);
        FakeServer bad([&](FakeConnection& c, int) { way.misbehave(c); });
        KazooClient zk(options_for(bad.hosts() + "," + shared_server().hosts() + chroot())
                           .randomize_hosts(false)
                           .connect_timeout(50ms));
        EXPECT_NO_THROW(zk.start(patience));
        EXPECT_EQ(bad.connections(), 1);
        EXPECT_TRUE(zk.exists("/").has_value());
    }
}

TEST_P(BadHandshake, OfAnOldServerIsAccepted) {
    FakeServer old([](FakeConnection& connection, int) {
        connection.read_hello();
        auto answer = connection.answer(connection.new_session(), 5000);
        answer.has_read_only = false;
        connection.send(frame(answer));
        connection.serve_all();
    });
    StartedClient zk(options_for(old.hosts()));
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(zk.session_timeout(), 5s);
}

/// Handshake replies to a client that reconnects with its session.
TEST_P(BadHandshake, ForAnotherSessionEndsThisOne) {
    struct Way {
        const char* what;
        std::int64_t session;
        std::int32_t timeout_ms;
    };
    for (const auto& way : {Way{"refused", 0, 0}, Way{"another", 77, 5000}}) {
        SCOPED_TRACE(way.what);
        FakeServer server([&](FakeConnection& connection, int number) {
            if (number == 0) {
                connection.welcome();
                connection.serve(connection.next_operation());
                return;
            }
            const auto hello = connection.read_hello();
            if (hello.session_id != 0) {
                connection.send(frame(connection.answer(way.session, way.timeout_ms)));
                return;
            }
            connection.send(frame(connection.answer(connection.new_session(), 10'000)));
            connection.serve_all();
        });
        KazooClient zk(options_for(server.hosts()));
        StateLog states(zk);
        std::atomic<int> told{0};
        zk.start(patience);
        zk.exists("/a", [&](const WatchedEvent& event) {
            EXPECT_EQ(event, WatchedEvent(EventType::NONE, KeeperState::EXPIRED_SESSION));
            ++told;
        });
        ASSERT_TRUE(states.wait_for(4));
        EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, LOST, CONNECTED}));
        EXPECT_EQ(zk.get("/a").data, "good");
        EXPECT_EQ(server.connections(), 3);
        zk.stop();
        EXPECT_EQ(told, 1);
    }
}

TEST_P(BadHandshake, OfAServerThatIsNotReadyKeepsTheSession) {
    FakeServer server([](FakeConnection& connection, int number) {
        if (number == 0) {
            connection.welcome();
            connection.serve(connection.next_operation());
            return;
        }
        const auto hello = connection.read_hello();
        auto answer = connection.answer(hello.session_id, 10'000);
        answer.protocol_version = number < 4 ? 42 : 0;
        connection.send(frame(answer));
        if (number < 4) return;
        connection.serve_all();
    });
    KazooClient zk(options_for(server.hosts()));
    StateLog states(zk);
    zk.start(patience);
    const auto session = zk.client_id();
    EXPECT_TRUE(zk.exists("/a").has_value());
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
    EXPECT_EQ(zk.client_id(), session);
    EXPECT_EQ(server.connections(), 5);
}

KAZOO_ON_OWN_HANDLERS(BadHandshake);

}  // namespace
}  // namespace kazoo::testing_support
