// Servers that are no ZooKeeper, or a broken one.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"
#include "support/zookeeper_server.hpp"

#include <functional>
#include <limits>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;
using enum KazooState;

class BadServer : public FaultTest {};

/// A script for the first connection; later ones are served well.
FakeServer::Script first(std::function<void(FakeConnection&)> misbehave) {
    return [misbehave = std::move(misbehave)](FakeConnection& connection, int number) {
        if (number == 0) return misbehave(connection);
        connection.welcome();
        connection.serve_all();
    };
}

/// A big-endian int32 and nothing else.
base::Buffer number(std::int32_t value) {
    base::Buffer bytes;
    bytes.grow(4);
    bytes.patch_i32(0, value);
    return bytes;
}

base::Buffer joined(std::initializer_list<std::int32_t> values) {
    base::Buffer all;
    for (const auto value : values) all.append(number(value).data(), 4);
    return all;
}

struct NoWelcome {
    const char* what;
    std::function<void(FakeConnection&)> misbehave;
};

const std::vector<NoWelcome>& ways_to_welcome_nobody() {
    constexpr auto largest = std::numeric_limits<std::int32_t>::max();
    static const std::vector<NoWelcome> ways{
        {"no answer", [](auto& c) { c.stay_silent(); }},
        {"closed at once", [](auto&) {}},
        {"closed after the request", [](auto& c) { c.read_hello(); }},
        {"HTTP", [](auto& c) { c.send("HTTP/1.1 400 Bad Request\r\n\r\n"), c.stay_silent(); }},
        {"text without end", [](auto& c) {
             for (const std::string text(4096, 'x');;) c.send(text);
         }},
        {"zeros", [](auto& c) { c.send(std::string(64, '\0')), c.stay_silent(); }},
        {"negative length", [](auto& c) { c.send(number(-1)), c.stay_silent(); }},
        {"largest length", [](auto& c) { c.send(number(largest)), c.stay_silent(); }},
        {"no ConnectResponse", [](auto& c) { c.send(joined({4, 0})), c.stay_silent(); }},
        {"password beyond the frame", [](auto& c) {
             c.read_hello();
             c.send(joined({24, 0, 5000, 0, 1, largest, 0}));
             c.stay_silent();
         }},
        {"half a ConnectResponse", [](auto& c) {
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

TEST_P(BadServer, WelcomesNobody) {
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

TEST_P(BadServer, WelcomesNobodyBesideAGoodOne) {
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

TEST_P(BadServer, WelcomesLikeAnOldOne) {
    FakeServer old([](FakeConnection& connection, int) {
        connection.read_hello();
        auto answer = connection.answer(connection.new_session(), 5000);
        answer.has_read_only = false;
        connection.send(frame(answer));
        connection.serve_all();
    });
    KazooClient zk(options_for(old.hosts()));
    zk.start(patience);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(zk.session_timeout(), 5s);
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
    KazooClient zk(options_for(slow.hosts()));
    zk.start(patience);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(zk.get("/a").data, "slow");
    EXPECT_EQ(slow.connections(), 1);
}

TEST_P(BadServer, NeverAnswersARequest) {
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
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
}

TEST_P(BadServer, AnswersPingsOnly) {
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
    // Longer than a connection without any answer would live.
    EXPECT_THROW(zk.get("/a", {}, CallOptions().timeout(500ms)), OperationTimeoutError);
    EXPECT_EQ(states.states(), std::vector{CONNECTED});
    const auto last = zk.get_async("/a");
    EXPECT_LT(time_of([&] { zk.stop(); }), 200ms + 1s);
    EXPECT_EQ(failure_of(last).code(), Errc::connection_loss);
    EXPECT_EQ(server.connections(), 1);
}

/// How a get ends, and whether its connection lives on.
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
    // The header of a reply in int32s, its length in front: xid, zxid (two), error.
    return {
        {"no body", [](auto& c, const Request& r) { c.reply(r); }, garbled, true},
        {"truncated body",
         [](auto& c, const Request& r) { c.send(joined({24, r.xid, 0, 1, 0, 1, 0})); },
         garbled,
         true},
        {"data beyond the frame",
         [](auto& c, const Request& r) { c.send(joined({24, r.xid, 0, 1, 0, 1000, 0})); },
         garbled,
         true},
        {"data of the largest size",
         [](auto& c, const Request& r) { c.send(joined({20, r.xid, 0, 1, 0, largest})); },
         garbled,
         true},
        {"data of negative size",
         [](auto& c, const Request& r) { c.send(joined({20, r.xid, 0, 1, 0, -2})); },
         garbled,
         true},
        {"unknown error", [](auto& c, const Request& r) { c.fail(r, -9999); },
         std::error_code(-9999, zookeeper_category()), true},
        {"positive error", [](auto& c, const Request& r) { c.fail(r, 9999); },
         std::error_code(9999, zookeeper_category()), true},
        {"session expired", [](auto& c, const Request& r) { c.fail(r, -112); },
         Errc::session_expired, false},
        {"connection loss", [](auto& c, const Request& r) { c.fail(r, -4); }, lost, false},
        {"frame without header", [](auto& c, const Request& r) { c.send(joined({4, r.xid})); },
         lost, false},
        {"empty frame", [](auto& c, const Request&) { c.send(number(0)); }, lost, false},
        {"negative length", [](auto& c, const Request&) { c.send(number(-1)); }, lost, false},
        {"text", [](auto& c, const Request&) { c.send("\xff\xff what is this"); }, lost, false},
        {"half a frame",
         [](auto& c, const Request& r) {
             c.send(joined({80, r.xid, 0, 1, 0, 1}));
             throw FakeConnection::Over();
         },
         lost, false},
        {"half a length",
         [](auto& c, const Request&) {
             c.send(std::string_view("\0\0", 2));
             throw FakeConnection::Over();
         },
         lost, false}};
}

TEST_P(BadServer, AnswersBadly) {
    for (const auto& bad : bad_replies()) {
        SCOPED_TRACE(bad.what);
        FakeServer server(first([&](FakeConnection& connection) {
            connection.welcome();
            bad.answer(connection, connection.next_operation());
            connection.serve_all();
        }));
        KazooClient zk(options_for(server.hosts()));
        zk.start(patience);
        const auto error = failure_of(zk.get_async("/a"));
        EXPECT_EQ(error.code(), bad.error) << error;
        EXPECT_EQ(error.path(), "/a");
        EXPECT_EQ(zk.get("/a").data, "good");
        EXPECT_EQ(server.connections(), bad.connection_survives ? 1 : 2);
        EXPECT_EQ(zk.client_id()->session_id & ~std::int64_t{0xff}, 0x1234'5600);
    }
}

TEST_P(BadServer, AnswersAWriteBadly) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.reply(connection.next_operation());
        connection.serve_all();
    });
    KazooClient zk(options_for(server.hosts()));
    zk.start(patience);
    const auto error = thrown<ProtocolError>([&] { zk.set("/a", "b"); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_NO_THROW(zk.set("/a", "b"));
}

TEST_P(BadServer, CountsMoreChildrenThanThereAre) {
    for (const std::int32_t count : {1, 1'000'000, std::numeric_limits<std::int32_t>::max(), -7}) {
        FakeServer server([&](FakeConnection& connection, int) {
            connection.welcome();
            const auto request = connection.next_operation();
            connection.send(joined({20, request.xid, 0, 1, 0, count}));
            connection.serve_all();
        });
        KazooClient zk(options_for(server.hosts()));
        zk.start(patience);
        EXPECT_THROW(zk.get_children("/a"), ProtocolError) << count;
        EXPECT_EQ(zk.get("/a").data, "good");
    }
}

TEST_P(BadServer, AnswersWhatNobodyAsked) {
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
    KazooClient zk(options_for(server.hosts()));
    zk.start(patience);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 1);
}

TEST_P(BadServer, AnswersInAnotherOrder) {
    FakeServer server(first([](FakeConnection& connection) {
        connection.welcome();
        const auto one = connection.next_operation();
        const auto two = connection.next_operation();
        connection.serve(two);
        connection.serve(one);
        connection.serve_all();
    }));
    KazooClient zk(options_for(server.hosts()));
    zk.start(patience);
    const auto one = zk.get_async("/one");
    const auto two = zk.set_async("/two", "x");
    EXPECT_EQ(failure_of(one).code(), Errc::connection_loss);
    EXPECT_EQ(failure_of(two).outcome(), Outcome::unknown);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 2);
}

TEST_P(BadServer, NotifiesOfAnything) {
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
        connection.send(frame(header));                       // no event at all
        connection.send(joined({28, -1, 0, 1, 0, 3, 3, 99}));  // a path beyond the frame
        connection.serve(connection.next_operation());
        codec::WatcherEvent event;
        event.type = 3;
        event.path = "/a";
        connection.send(frame(header, event));
        connection.serve_all();
    });
    KazooClient zk(options_for(server.hosts()));
    zk.start(patience);
    std::atomic<int> told{0};
    zk.get("/a", [&](const WatchedEvent&) { ++told; });
    EXPECT_EQ(zk.get("/b").data, "good");
    ASSERT_TRUE(wait_until([&] { return told > 0; }, patience));
    EXPECT_EQ(zk.get("/b").data, "good");
    zk.stop();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(server.connections(), 1);
}

/// A reply that announces more than is allowed, but names the request it answers.
TEST_P(BadServer, AnswersWithTooMuch) {
    ClientLimits limits;
    limits.reply_bytes = 10'000;
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        codec::GetDataReply node;
        node.data = std::string(20'000, 'x');
        connection.reply(connection.next_operation(), node);
        connection.serve_all();
    });
    KazooClient zk(options_for(server.hosts()).limits(limits));
    zk.start(patience);
    const auto error = thrown<ResponseTooLargeError>([&] { zk.get("/a"); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 1);
}

TEST_P(BadServer, AnnouncesTheLargestFrame) {
    FakeServer server(first([](FakeConnection& connection) {
        connection.welcome(900);
        const auto request = connection.next_operation();
        connection.send(
            joined({std::numeric_limits<std::int32_t>::max(), request.xid, 0, 1, 0, 100})
        );
        connection.stay_silent();
    }));
    KazooClient zk(options_for(server.hosts()));
    zk.start(patience);
    EXPECT_THROW(zk.get("/a"), ResponseTooLargeError);
    // What comes now would be the rest of it.
    EXPECT_EQ(thrown<ConnectionLoss>([&] { zk.get("/a"); }).outcome(), Outcome::not_applied);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(server.connections(), 2);
}

/// What a server may answer to a client that comes back for its session.
TEST_P(BadServer, KnowsNothingOfTheSession) {
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

TEST_P(BadServer, IsNotReadyWhenTheClientComesBack) {
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

KAZOO_ON_OWN_HANDLERS(BadServer);

}  // namespace
}  // namespace kazoo::testing_support
