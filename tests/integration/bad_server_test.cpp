// SPDX-License-Identifier: Apache-2.0
// Servers that complete the handshake and then send bad replies or none.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <atomic>
#include <cstring>
#include <functional>
#include <limits>

namespace kazoo::testing_support {
namespace {

class BadServer : public FaultTest {};

/// A script for the first connection; later connections are served normally.
FakeServer::Script first(std::function<void(FakeConnection&)> misbehave) {
    return [misbehave = std::move(misbehave)](FakeConnection& connection, int number) {
        if (number == 0) return misbehave(connection);
        connection.welcome();
        connection.serve_all();
    };
}

TEST_P(BadServer, SendsByteByByte) {
    FakeServer slow([](FakeConnection& connection, int) {
        connection.read_hello();
        connection.send_bytewise(frame(connection.answer(connection.new_session(), 10'000)));
        for (int i = 0; i < 20; ++i) {
            codec::GetDataReply node;
            node.data = "slow";
            const auto request = connection.next_operation();
            connection.send_bytewise(frame(reply_header(request.xid), node));
        }
        connection.serve_all();
    });
    StartedClient zk(options_for(slow.hosts()));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(zk.get("/a").data, "slow");
    EXPECT_EQ(slow.connections(), 1);
}

TEST_P(BadServer, NeverRepliesToARequest) {
    FakeServer server(first([](FakeConnection& connection) {
        connection.welcome(900);
        connection.stay_silent();
    }));
    KazooClient zk(options_for(server.hosts()));
    StateLog states(zk);
    zk.start(patience);
    const auto begin = Clock::now();
    const auto read = zk.get_async("/a");
    const auto write = zk.set_async("/a", "b");
    EXPECT_EQ(failure_of(read).code(), Errc::connection_loss);
    EXPECT_EQ(failure_of(read).outcome(), Outcome::not_applied);
    EXPECT_EQ(failure_of(write).outcome(), Outcome::unknown);
    EXPECT_LT(Clock::now() - begin, at_once);
    EXPECT_EQ(zk.get("/a").data, "good");
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
}

TEST_P(BadServer, RepliesToPingsOnly) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome(300);
        connection.answer_pings();
    });
    KazooClient zk(options_for(server.hosts()).close_timeout(200ms));
    StateLog states(zk);
    zk.start(patience);
    const auto soon = CallOptions().timeout(50ms);
    const auto read = thrown<OperationTimeoutError>([&] { zk.get("/a", {}, soon); });
    EXPECT_EQ(read.outcome(), Outcome::not_applied);
    const auto write = thrown<OperationTimeoutError>([&] { zk.set("/a", "b", -1, soon); });
    EXPECT_EQ(write.outcome(), Outcome::unknown);
    // Longer than the client keeps a connection without any reply.
    EXPECT_THROW(zk.get("/a", {}, CallOptions().timeout(500ms)), OperationTimeoutError);
    EXPECT_EQ(states.states(), std::vector{CONNECTED});
    const auto last = zk.get_async("/a");
    EXPECT_LT(time_of([&] { zk.stop(); }), 200ms + 1s);
    EXPECT_EQ(failure_of(last).code(), Errc::connection_loss);
    EXPECT_EQ(server.connections(), 1);
}

// 60 MiB of empty names would take 480 MiB as strings in memory.
TEST_P(BadServer, SendsMillionsOfEmptyNames) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        const auto request = connection.next_operation();
        constexpr std::int32_t names = 15 << 20;
        auto reply = int32s({16 + 4 + 4 * names, request.xid, 0, 1, 0, names});
        std::memset(reply.grow(4 * names), 0, 4 * names);
        connection.send(reply);
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    EXPECT_EQ(failure_of(zk.get_children_async("/")).code(), ClientErrc::response_too_large);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 1);
}

/// How a get ends, and whether its connection survives.
struct BadReply {
    const char* what;
    std::function<void(FakeConnection&, const FakeConnection::Request&)> answer;
    std::error_code error;
    bool connection_survives;
};

std::vector<BadReply> bad_replies() {
    using Request = FakeConnection::Request;
    constexpr auto largest = std::numeric_limits<std::int32_t>::max();
    const auto lost = make_error_code(Errc::connection_loss);
    const auto garbled = make_error_code(ClientErrc::protocol_error);
    // A reply as int32s: the length, then the header (xid, two for the zxid, error).
    return {
        {"no body", [](auto& c, const Request& r) { c.reply(r); }, garbled, true},
        {"truncated body",
         [](auto& c, const Request& r) {
             c.send(int32s({24, r.xid, 0, 1, 0, 1, 0}));
         },
         garbled,
         true},
        {"data beyond the frame",
         [](auto& c, const Request& r) {
             c.send(int32s({24, r.xid, 0, 1, 0, 1000, 0}));
         },
         garbled,
         true},
        {"data of the largest size",
         [](auto& c, const Request& r) {
             c.send(int32s({20, r.xid, 0, 1, 0, largest}));
         },
         garbled,
         true},
        {"data of negative size",
         [](auto& c, const Request& r) {
             c.send(int32s({20, r.xid, 0, 1, 0, -2}));
         },
         garbled,
         true},
        {"unknown error",
         [](auto& c, const Request& r) { c.fail(r, -9999); },
         std::error_code(-9999, zookeeper_category()),
         true},
        {"positive error",
         [](auto& c, const Request& r) { c.fail(r, 9999); },
         std::error_code(9999, zookeeper_category()),
         true},
        {"session expired",
         [](auto& c, const Request& r) { c.fail(r, -112); },
         Errc::session_expired,
         false},
        {"connection loss", [](auto& c, const Request& r) { c.fail(r, -4); }, lost, false},
        {"frame without header",
         [](auto& c, const Request& r) {
             c.send(int32s({4, r.xid}));
         },
         lost,
         false},
        {"empty frame", [](auto& c, const Request&) { c.send(int32s({0})); }, lost, false},
        {"negative length", [](auto& c, const Request&) { c.send(int32s({-1})); }, lost, false},
        {"text", [](auto& c, const Request&) { c.send("\xff\xff what is this"); }, lost, false},
        {"half a frame",
         [](auto& c, const Request& r) {
             c.send(int32s({80, r.xid, 0, 1, 0, 1}));
             throw FakeConnection::Over();
         },
         lost,
         false},
        {"half a length",
         [](auto& c, const Request&) {
             c.send(std::string_view("\0\0", 2));
             throw FakeConnection::Over();
         },
         lost,
         false}};
}

TEST_P(BadServer, SendsBadReplies) {
    for (const auto& bad : bad_replies()) {
        SCOPED_TRACE(bad.what);
        FakeServer server(first([&](FakeConnection& connection) {
            connection.welcome();
            bad.answer(connection, connection.next_operation());
            connection.serve_all();
        }));
        StartedClient zk(options_for(server.hosts()));
        const auto once = CallOptions().resend(Resend::nothing);
        const auto error = failure_of(zk.get_async("/a", once));
        EXPECT_EQ(error.code(), bad.error) << error;
        EXPECT_EQ(error.path(), "/a");
        EXPECT_EQ(zk.get("/a").data, "good");
        EXPECT_EQ(server.connections(), bad.connection_survives ? 1 : 2);
        EXPECT_EQ(zk.client_id()->session_id & ~std::int64_t{0xff}, 0x1234'5600);
    }
}

TEST_P(BadServer, SendsABadReplyToAWrite) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.reply(connection.next_operation());
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto error = thrown<ProtocolError>([&] { zk.set("/a", "b"); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_NO_THROW(zk.set("/a", "b"));
}

TEST_P(BadServer, SendsATooLargeCountOfChildren) {
    for (const std::int32_t count : {1, 1'000'000, std::numeric_limits<std::int32_t>::max(), -7}) {
        FakeServer server([&](FakeConnection& connection, int) {
            connection.welcome();
            const auto request = connection.next_operation();
            connection.send(int32s({20, request.xid, 0, 1, 0, count}));
            connection.serve_all();
        });
        StartedClient zk(options_for(server.hosts()));
        EXPECT_THROW(zk.get_children("/a"), ProtocolError) << count;
        EXPECT_EQ(zk.get("/a").data, "good");
    }
}

TEST_P(BadServer, SendsUnexpectedReplies) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        const auto request = connection.next_operation();
        connection.send(frame(reply_header(request.xid + 1000)));
        connection.send(frame(reply_header(0)));
        connection.send(frame(reply_header(-77)));
        connection.send(frame(reply_header(codec::auth_xid)));
        connection.send(frame(reply_header(codec::set_watches_xid, -1)));
        connection.send(frame(reply_header(codec::ping_xid)));
        connection.serve(request);
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 1);
}

TEST_P(BadServer, SendsRepliesOutOfOrder) {
    FakeServer server(first([](FakeConnection& connection) {
        connection.welcome();
        const auto one = connection.next_operation();
        const auto two = connection.next_operation();
        connection.serve(two);
        connection.serve(one);
        connection.serve_all();
    }));
    StartedClient zk(options_for(server.hosts()));
    const auto one = zk.get_async("/one");
    const auto two = zk.set_async("/two", "x");
    EXPECT_EQ(failure_of(one).code(), Errc::connection_loss);
    EXPECT_EQ(failure_of(two).outcome(), Outcome::unknown);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 2);
}

// The undecodable event belongs to a one-shot watch; the client reconnects, which restores the
// watch.
TEST_P(BadServer, SendsUndecodableEvents) {
    FakeServer server(first([](FakeConnection& connection) {
        connection.welcome();
        connection.serve(connection.next_operation());
        connection.send(int32s({28, -1, 0, 1, 0, 3, 3, 99}));  // the path exceeds the frame
        connection.stay_silent();
    }));
    KazooClient zk(options_for(server.hosts()));
    StateLog states(zk);
    zk.start(patience);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_TRUE(wait_until([&] { return states.states().size() == 3; }, patience));
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
}

TEST_P(BadServer, SendsArbitraryEvents) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.serve(connection.next_operation());
        const auto header = reply_header(codec::watch_xid);
        const std::string long_path = "/" + std::string(100'000, '/');
        for (const std::int32_t type : {-1, 0, 5, 99}) {
            codec::WatcherEvent event;
            event.type = type;
            event.path = "/a";
            connection.send(frame(header, event));
        }
        for (const auto& path : {std::string(), std::string("a"), long_path}) {
            codec::WatcherEvent event;
            event.type = 3;
            event.path = path;
            connection.send(frame(header, event));
        }
        connection.serve(connection.next_operation());
        codec::WatcherEvent event;
        event.type = 3;
        event.path = "/a";
        connection.send(frame(header, event));
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    std::atomic<int> told{0};
    zk.get("/a", [&](const WatchedEvent&) { ++told; });
    EXPECT_EQ(zk.get("/b").data, "good");
    ASSERT_TRUE(wait_until([&] { return told > 0; }, patience));
    EXPECT_EQ(zk.get("/b").data, "good");
    zk.stop();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(server.connections(), 1);
}

/// A reply that exceeds the limit but still identifies its request.
TEST_P(BadServer, SendsOversizedReplies) {
    ClientLimits limits;
    limits.reply_bytes = 10'000;
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        codec::GetDataReply node;
        node.data = std::string(20'000, 'x');
        connection.reply(connection.next_operation(), node);
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()).limits(limits));
    const auto error = thrown<ResponseTooLargeError>([&] { zk.get("/a"); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 1);
}

TEST_P(BadServer, AnnouncesTheLargestFrame) {
    FakeServer server(first([](FakeConnection& connection) {
        connection.welcome(900);
        const auto request = connection.next_operation();
        connection.send(int32s({std::numeric_limits<std::int32_t>::max(), request.xid, 0, 1, 0, 100}
        ));
        connection.stay_silent();
    }));
    StartedClient zk(options_for(server.hosts()));
    EXPECT_THROW(zk.get("/a"), ResponseTooLargeError);
    // The bytes that follow would be its rest, so the connection is lost.
    EXPECT_EQ(zk.get("/a").data, "good") << "sent again on the next";
    EXPECT_EQ(server.connections(), 2);
}

KAZOO_ON_OWN_HANDLERS(BadServer);

}  // namespace
}  // namespace kazoo::testing_support
