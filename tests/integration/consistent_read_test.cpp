// SPDX-License-Identifier: Apache-2.0
// What reads with a consistency send, and the paths of requests about the servers: the replies of a
// scripted server.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

using codec::Opcode;

constexpr auto latest = Consistency::latest;

class ConsistentReads : public FaultTest {};

void reply_at(FakeConnection& connection, std::int32_t xid, std::int64_t zxid, const char* data) {
    auto header = reply_header(xid);
    header.zxid = zxid;
    codec::GetDataReply node;
    node.data = data;
    connection.send(frame(header, node));
}

FakeConnection::Request expect(FakeConnection& connection, Opcode op) {
    auto request = connection.next_operation();
    EXPECT_EQ(codec::name(request.op), codec::name(op));
    return request;
}

TEST_P(ConsistentReads, TheSyncAndTheReadAreSentTogether) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        const auto sync = expect(connection, Opcode::sync);
        const auto read = expect(connection, Opcode::get_data);  // before the reply to the sync
        connection.reply(sync, codec::SyncReply{"/a"});
        reply_at(connection, read.xid, 1, "new");
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    EXPECT_EQ(zk.get_async("/a", ReadOptions().consistency(latest)).get(patience).data, "new");
}

TEST_P(ConsistentReads, FailIfTheSyncFails) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        const auto sync = expect(connection, Opcode::sync);
        const auto read = expect(connection, Opcode::get_data);
        connection.fail(sync, static_cast<std::int32_t>(Errc::not_read_only));
        reply_at(connection, read.xid, 1, "old");
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto failure = failure_of(zk.get_async("/a", ReadOptions().consistency(latest)));
    EXPECT_EQ(failure.code(), Errc::not_read_only);
    EXPECT_EQ(failure.outcome(), Outcome::not_applied);
    EXPECT_STREQ(failure.operation(), "get");
    EXPECT_EQ(failure.path(), "/a");
    EXPECT_NE(failure.detail().find("sync"), std::string::npos) << failure;
    EXPECT_EQ(zk.get("/a").data, "good") << "the connection continues";
}

TEST_P(ConsistentReads, OfARecentServerTakeOneRequest) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        const auto read = expect(connection, Opcode::get_data);
        reply_at(connection, read.xid, 9, "new");
        connection.serve(expect(connection, Opcode::set_data));
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto read = zk.get_async("/a", ReadOptions().at_least(9));
    EXPECT_EQ(read.get(patience).data, "new");
    EXPECT_TRUE(zk.set_async("/a", "next").wait(patience));
}

TEST_P(ConsistentReads, OfAServerThatLagsBehindAreRepeatedBehindASync) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        reply_at(connection, expect(connection, Opcode::get_data).xid, 8, "old");
        const auto sync = expect(connection, Opcode::sync);
        const auto read = expect(connection, Opcode::get_data);
        connection.reply(sync, codec::SyncReply{"/a"});
        reply_at(connection, read.xid, 9, "new");
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto read = zk.get_async("/a", ReadOptions().at_least(9));
    EXPECT_EQ(read.get(patience).data, "new");
}

TEST_P(ConsistentReads, AnErrorOfAServerThatLagsBehindIsNotFinal) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        const auto first = expect(connection, Opcode::get_data);
        connection.fail(first, static_cast<std::int32_t>(Errc::no_node));  // at zxid 1
        const auto sync = expect(connection, Opcode::sync);
        const auto read = expect(connection, Opcode::get_data);
        connection.reply(sync, codec::SyncReply{"/a"});
        reply_at(connection, read.xid, 9, "new");
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts()));
    const auto read = zk.get_async("/a", ReadOptions().at_least(9));
    EXPECT_EQ(read.get(patience).data, "new");
}

TEST_P(ConsistentReads, OfAZxidThatIsNeverReachedFail) {
    std::atomic<int> syncs{0};
    FakeServer server([&syncs](FakeConnection& connection, int) {
        connection.welcome();
        for (;;) {
            const auto request = connection.next_operation();
            if (request.op == Opcode::sync) {
                ++syncs;
                connection.reply(request, codec::SyncReply{"/a"});
            } else if (request.op == Opcode::get_data) {
                reply_at(connection, request.xid, 8, "old");
            } else {
                connection.serve(request);
            }
        }
    });
    StartedClient zk(options_for(server.hosts()));
    const auto failure = failure_of(zk.get_async("/a", ReadOptions().at_least(9)));
    EXPECT_EQ(failure.code(), ClientErrc::stale_read) << failure;
    EXPECT_EQ(failure.outcome(), Outcome::not_applied);
    EXPECT_EQ(syncs, 3);
}

TEST_P(ConsistentReads, AreCancelledWithTheirSync) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.answer_pings();
    });
    StartedClient zk(options_for(server.hosts()).close_timeout(100ms));
    const auto read = zk.get_async("/a", ReadOptions().consistency(latest));
    EXPECT_FALSE(read.wait(20ms));
    EXPECT_TRUE(read.cancel());
    EXPECT_EQ(failure_of(read).code(), ClientErrc::cancelled);
    const auto late = zk.get_async("/a", ReadOptions().consistency(latest).timeout(20ms));
    EXPECT_EQ(failure_of(late).code(), Errc::operation_timeout);
}

/// Returns the first field of a request, a path.
std::string path_in(const FakeConnection::Request& request) {
    codec::Decoder decoder(request.body);
    return std::string(decoder.ustring());
}

TEST_P(ConsistentReads, RequestsAboutTheServersTranslateTheirPaths) {
    Recorder<std::string> paths;
    FakeServer server([&paths](FakeConnection& connection, int) {
        connection.welcome();
        for (int i = 0; i < 3; ++i) {
            const auto request = expect(connection, Opcode::get_ephemerals);
            paths.add(path_in(request));
            connection.reply(request, codec::GetEphemeralsReply{{"/app/m1", "/apples"}});
        }
        const auto config = expect(connection, Opcode::get_data);
        paths.add(path_in(config));
        reply_at(connection, config.xid, 1, "version=1");
        const auto reconfig = expect(connection, Opcode::reconfig);
        codec::ReconfigRequest record;
        codec::Decoder decoder(reconfig.body);
        EXPECT_TRUE(codec::decode(decoder, record));
        EXPECT_EQ(record, (codec::ReconfigRequest{{}, "3", {}, 16}));
        reply_at(connection, reconfig.xid, 1, "version=2");
        connection.serve_all();
    });
    StartedClient zk(options_for(server.hosts() + "/app"));
    EXPECT_EQ(
        zk.get_ephemerals_async().get(patience), (std::vector<std::string>{"/m1", "/apples"})
    );
    zk.get_ephemerals_async("m").get(patience);
    zk.get_ephemerals_async("/a/").get(patience);
    EXPECT_EQ(zk.get_config_async().get(patience).data, "version=1");
    EXPECT_EQ(zk.reconfig_async("", "3", "", 16).get(patience).data, "version=2");
    EXPECT_EQ(
        paths.all(), (std::vector<std::string>{"/app/", "/app/m", "/app/a/", "/zookeeper/config"})
    );
}

KAZOO_ON_OWN_HANDLERS(ConsistentReads);

}  // namespace
}  // namespace kazoo::testing_support
