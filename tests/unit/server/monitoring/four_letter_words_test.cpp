// SPDX-License-Identifier: Apache-2.0
#include "server/monitoring/four_letter_words.hpp"

#include "server/monitoring/four_letter_text.hpp"
#include "unit/server/rules/server_times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::server {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Time now{steady_at(1'000'000), wall_at(1'795'354'718'139)};  // Sun Nov 22 2026

class FourLetterWordsTest : public testing::Test {
protected:
    FourLetterWordsTest() {
        statistics.received = 12;
        statistics.sent = 11;
        statistics.outstanding = 1;
        for (const int ms : {0, 0, 0, 1}) statistics.latencies.add(Milliseconds(ms));

        ConnectionInfo asking;
        asking.id = 9;
        asking.address = "127.0.0.1";
        asking.port = 49878;
        asking.statistics.received = 1;
        asking.expires = steady_at(1'009'000);
        ConnectionInfo client;
        client.id = 8;
        client.address = "::1";
        client.port = 37932;
        client.reading = true;
        client.session = 0x1000011e296005c;
        client.session_timeout = Milliseconds(10'000);
        client.established = wall_at(1'795'354'718'139);
        client.expires = steady_at(1'010'000);
        client.statistics.received = 1;
        client.statistics.sent = 1;
        client.statistics.on_answered(
            codec::Opcode::create_session, 0, 0x201, steady_at(999'998), steady_at(999'999)
        );
        connections = {asking, client};
    }

    std::string answer(std::string_view word) {
        const WatchTable& table = watches;
        FourLetterContext context{options, tree, sessions, table, statistics, {}};
        context.connections = [&] { return connections; };
        context.connection_count = connections.size();
        context.max_connections = 60;
        context.zxid = 0x2a;
        context.now = now;
        context.started = steady_at(400'000);
        context.mode = mode;
        context.read_only = read_only;
        context.trace_mask = trace_mask;
        context.expired_sessions = 3;
        context.process = {17, 1024};
        return answer_four_letter_word(word, context).value_or("no answer");
    }

    DatabaseOptions options;
    Tree tree;
    SessionTable sessions{Milliseconds(2000), 1, 0};
    WatchTable watches{Profile{}};
    ServerStatistics statistics;
    std::vector<ConnectionInfo> connections;
    std::string mode = "standalone";
    bool read_only = false;
    std::int64_t trace_mask = initial_trace_mask;
};

TEST_F(FourLetterWordsTest, ShortAnswersHaveNoLineEnd) {
    EXPECT_EQ(answer("ruok"), "imok");
    EXPECT_EQ(answer("isro"), "rw");
    read_only = true;
    EXPECT_EQ(answer("isro"), "ro");
}

TEST_F(FourLetterWordsTest, UnknownWordsAreNotAnswered) {
    for (const auto* word : {"", "xxxx", "srv", "srvrr", "RUOK"}) {
        EXPECT_EQ(answer(word), "no answer");
    }
}

TEST_F(FourLetterWordsTest, KeeperAnswersFewerWordsUnderAnotherName) {
    options.profile.keeper = true;
    EXPECT_EQ(answer("dump"), "no answer");
    EXPECT_EQ(answer("wchp"), "no answer");
    EXPECT_EQ(answer("ruok"), "imok");
    EXPECT_THAT(answer("srvr"), testing::StartsWith("ClickHouse Keeper version: "));
}

TEST_F(FourLetterWordsTest, Srvr) {
    EXPECT_EQ(
        answer("srvr"),
        "Zookeeper version: " + options.profile.version() +
            "\n"
            "Latency min/avg/max: 0/0.25/1\n"
            "Received: 12\n"
            "Sent: 11\n"
            "Connections: 2\n"
            "Outstanding: 1\n"
            "Zxid: 0x2a\n"
            "Mode: standalone\n"
            "Node count: 5\n"
    );
}

TEST_F(FourLetterWordsTest, VersionsAreFormattedLikeTheReleases) {
    EXPECT_EQ(
        options.profile.version(),
        "3.9.5-293c895a8d966a3ecb92872be4a1daf87d725da2, built on 2026-02-11 20:18 UTC"
    );
    EXPECT_THAT(
        (Profile{4, 14}.version()),
        testing::MatchesRegex("3\\.4\\.14-[0-9a-f]{40}, built on [0-9/]{10} [0-9:]{5} GMT")
    );
    EXPECT_THAT(
        (Profile{8, 4}.version()),
        testing::MatchesRegex("3\\.8\\.4-[0-9a-f]{40}, built on [0-9-]{10} [0-9:]{5} UTC")
    );
}

TEST_F(FourLetterWordsTest, SrvrOfOlderServersHasAnIntegerAverage) {
    options.profile = Profile{5, 9};
    EXPECT_THAT(answer("srvr"), HasSubstr("Latency min/avg/max: 0/0/1\n"));
}

TEST_F(FourLetterWordsTest, SrvrShowsTheRoleOfTheServer) {
    mode = "leader";
    EXPECT_THAT(
        answer("srvr"),
        testing::EndsWith("Mode: leader\nNode count: 5\nProposal sizes last/min/max: -1/-1/-1\n")
    );
    read_only = true;
    EXPECT_THAT(
        answer("srvr"),
        testing::AllOf(
            HasSubstr("\nREAD-ONLY mode; serving only read-only clients\nLatency"),
            HasSubstr("\nMode: read-only\n"),
            Not(HasSubstr("Proposal"))
        )
    );
}

TEST_F(FourLetterWordsTest, StatListsTheClientsBriefly) {
    EXPECT_THAT(
        answer("stat"),
        HasSubstr("\nClients:\n"
                  " /[::1]:37932[1](queued=0,recved=1,sent=1)\n"
                  " /127.0.0.1:49878[0](queued=0,recved=1,sent=0)\n"
                  "\n"
                  "Latency min/avg/max: 0/0.25/1\n")
    );
}

TEST_F(FourLetterWordsTest, ConsListsTheClients) {
    EXPECT_EQ(
        answer("cons"),
        " /[::1]:37932[1](queued=0,recved=1,sent=1,sid=0x1000011e296005c,lop=SESS,"
        "est=1795354718139,to=10000,lcxid=0x0,lzxid=0x201,lresp=999999,llat=1,minlat=1,avglat=1,"
        "maxlat=1)\n"
        " /127.0.0.1:49878[0](queued=0,recved=1,sent=0)\n"
        "\n"
    );
    connections[1].statistics.reset();
    connections[1].writing = true;
    EXPECT_THAT(
        answer("cons"),
        testing::AllOf(
            HasSubstr("[5]"), HasSubstr(",to=10000,lzxid=0xffffffffffffffff,lresp=0,llat=0,")
        )
    );
}

TEST_F(FourLetterWordsTest, Mntr) {
    watches.add(8, "/a", WatchMode::persistent);
    tree.apply(
        CreateEffect{"/e", "data", open_acl_unsafe(), NodeKind::ephemeral, 7, {}}, 1, wall_at(1)
    );
    EXPECT_THAT(
        answer("mntr"),
        testing::AllOf(
            testing::StartsWith("zk_version\t" + options.profile.version() + "\n"),
            HasSubstr("\nzk_server_state\tstandalone\n"),
            HasSubstr("\nzk_avg_latency\t0.25\nzk_max_latency\t1\nzk_min_latency\t0\n"),
            HasSubstr("\nzk_packets_received\t12\nzk_packets_sent\t11\n"),
            HasSubstr("\nzk_num_alive_connections\t2\nzk_outstanding_requests\t1\n"),
            HasSubstr("\nzk_znode_count\t6\nzk_watch_count\t2\nzk_ephemerals_count\t1\n"),
            HasSubstr(
                "\nzk_approximate_data_size\t" + std::to_string(tree.approximate_data_size())
            ),
            HasSubstr("\nzk_uptime\t600000\nzk_global_sessions\t0\nzk_local_sessions\t0\n"),
            HasSubstr("\nzk_connection_drop_probability\t0.0\n")
        )
    );
    options.profile = Profile{4, 14};
    EXPECT_THAT(
        answer("mntr"),
        testing::AllOf(HasSubstr("\nzk_avg_latency\t0\n"), Not(HasSubstr("zk_uptime")))
    );
}

TEST_F(FourLetterWordsTest, MntrHasTheMetricsOfDashboardsSince36) {
    auto& counters = statistics.counters;
    counters.bytes_received = 100;
    counters.connections_rejected = 2;
    for (const int ms : {1, 1, 1, 40}) counters.reads_latency.add(Milliseconds(ms));
    statistics.reply_sizes.add(20);
    statistics.reply_sizes.add(16);
    const auto mntr = answer("mntr");
    for (const std::string line :
         {"open_file_descriptor_count\t17",
          "max_file_descriptor_count\t1024",
          "last_client_response_size\t16",
          "min_client_response_size\t16",
          "max_client_response_size\t20",
          "bytes_received_count\t100",
          "connection_rejected\t2",
          "stale_sessions_expired\t3",
          "avg_readlatency\t10.75",
          "min_readlatency\t1",
          "max_readlatency\t40",
          "cnt_readlatency\t4",
          "sum_readlatency\t43",
          "p50_readlatency\t1",
          "p99_readlatency\t40",
          "cnt_updatelatency\t0",
          "max_fsynctime\t0",
          "unrecoverable_error_count\t0"}) {
        EXPECT_THAT(mntr, HasSubstr("\nzk_" + line + "\n")) << line;
    }
    options.profile = Profile{5, 10};
    EXPECT_THAT(answer("mntr"), Not(HasSubstr("readlatency")));
}

TEST_F(FourLetterWordsTest, TheTraceMaskAndTheDigests) {
    EXPECT_EQ(answer("gtmk"), "306");
    trace_mask = 258;
    EXPECT_EQ(answer("stmk"), "258");
    EXPECT_EQ(answer("hash"), "");
    options.profile = Profile{5, 10};
    EXPECT_EQ(answer("gtmk"), "258");
    EXPECT_EQ(answer("hash"), "no answer");
}

TEST_F(FourLetterWordsTest, Conf) {
    EXPECT_EQ(
        answer("conf"),
        "clientPort=2181\nsecureClientPort=-1\ndataDir=\ndataDirSize=0\ndataLogDir=\n"
        "dataLogSize=0\ntickTime=2000\nmaxClientCnxns=60\nminSessionTimeout=4000\n"
        "maxSessionTimeout=40000\nclientPortListenBacklog=-1\nserverId=0\n"
    );
    options.profile = Profile{4, 14};
    options.min_session_timeout = Milliseconds(1);
    options.max_session_timeout = Milliseconds(2);
    EXPECT_EQ(
        answer("conf"),
        "clientPort=2181\ndataDir=\ndataLogDir=\ntickTime=2000\nmaxClientCnxns=60\n"
        "minSessionTimeout=1\nmaxSessionTimeout=2\nserverId=0\n"
    );
}

TEST_F(FourLetterWordsTest, Envi) {
    EXPECT_THAT(
        answer("envi"),
        testing::AllOf(
            testing::StartsWith(
                "Environment:\nzookeeper.version=" + options.profile.version() +
                "\nhost.name=127.0.0.1\n"
            ),
            HasSubstr("\njava.compiler=<NA>\n"),
            testing::EndsWith("\nos.memory.total=<NA>\n")
        )
    );
}

TEST_F(FourLetterWordsTest, Dump) {
    const auto id = sessions.create(Milliseconds(10'000), now).id;
    ASSERT_EQ(sessions.buckets().size(), 1U);
    const auto expiry = sessions.buckets().begin()->first;
    const auto session = FourLetterText().hex(id).text;
    tree.apply(
        CreateEffect{"/e", {}, open_acl_unsafe(), NodeKind::ephemeral, id, {}}, 1, wall_at(1)
    );
    tree.apply(
        CreateEffect{"/f", {}, open_acl_unsafe(), NodeKind::ephemeral, id, {}}, 2, wall_at(1)
    );
    EXPECT_EQ(
        answer("dump"),
        "SessionTracker dump:\n"
        "Session Sets (1)/(1):\n"
        "1 expire at " +
            FourLetterText().date(now.wall + (expiry - now.steady)).text + ":\n\t" + session +
            "\n"
            "ephemeral nodes dump:\n"
            "Sessions with Ephemerals (1):\n" +
            session +
            ":\n\t/e\n\t/f\n"
            "Connections dump:\n"
            "Connections Sets (2)/(2):\n"
            "1 expire at Sun Nov 22 13:38:48 UTC 2026:\n"
            "\tip: /127.0.0.1:49878 sessionId: 0x0\n"
            "1 expire at Sun Nov 22 13:38:58 UTC 2026:\n"
            "\tip: /[::1]:37932 sessionId: 0x1000011e296005c\n"
    );
}

TEST_F(FourLetterWordsTest, TheWatchesOfTheDataTable) {
    EXPECT_EQ(answer("wchs"), "0 connections watching 0 paths\nTotal watches:0\n");
    EXPECT_EQ(answer("wchc"), "\n");
    EXPECT_EQ(answer("wchp"), "\n");
    watches.add(8, "/b", WatchMode::recursive);
    watches.add_data(8, "/a");
    watches.add_child(8, "/c");
    watches.add_data(9, "/a");
    EXPECT_EQ(answer("wchs"), "2 connections watching 2 paths\nTotal watches:3\n");
    EXPECT_EQ(answer("wchc"), "0x1000011e296005c\n\t/a\n\t/b\n0x0\n\t/a\n\n");
    EXPECT_EQ(answer("wchp"), "/a\n\t0x1000011e296005c\n\t0x0\n/b\n\t0x1000011e296005c\n\n");
}

TEST_F(FourLetterWordsTest, ResetsAreLeftToTheCaller) {
    EXPECT_EQ(answer("srst"), "Server stats reset.\n");
    EXPECT_EQ(answer("crst"), "Connection stats reset.\n");
    EXPECT_EQ(effect_of_four_letter_word("srst"), FourLetterEffect::reset_server);
    EXPECT_EQ(effect_of_four_letter_word("crst"), FourLetterEffect::reset_connections);
    EXPECT_EQ(effect_of_four_letter_word("stat"), FourLetterEffect::none);
}

TEST_F(FourLetterWordsTest, Dirs) {
    EXPECT_EQ(answer("dirs"), "datadir_size: 0\nlogdir_size: 0\n");
}

TEST(FourLetterText, DecimalsAreFormattedLikeJava) {
    const auto decimal = [](std::int64_t fine) { return FourLetterText().decimal(fine).text; };
    EXPECT_EQ(decimal(0), "0.0");
    EXPECT_EQ(decimal(1), "1.0E-4");
    EXPECT_EQ(decimal(9), "9.0E-4");
    EXPECT_EQ(decimal(10), "0.001");
    EXPECT_EQ(decimal(2'500), "0.25");
    EXPECT_EQ(decimal(33'333), "3.3333");
    EXPECT_EQ(decimal(1'000'000), "100.0");
}

TEST(FourLetterText, DatesAreFormattedLikeJava) {
    EXPECT_EQ(FourLetterText().date(wall_at(0)).text, "Thu Jan 01 00:00:00 UTC 1970");
    EXPECT_EQ(FourLetterText().date(wall_at(951'782'399'999)).text, "Mon Feb 28 23:59:59 UTC 2000");
    EXPECT_EQ(FourLetterText().date(wall_at(951'782'400'000)).text, "Tue Feb 29 00:00:00 UTC 2000");
}

}  // namespace
}  // namespace kazoo::server
