// SPDX-License-Identifier: Apache-2.0
#include "server/monitoring/statistics.hpp"

#include "unit/server/rules/server_times.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

TEST(Latencies, AreZeroInitially) {
    const Latencies none;
    EXPECT_EQ(none.min(), 0);
    EXPECT_EQ(none.max(), 0);
    EXPECT_EQ(none.average(), 0);
    EXPECT_EQ(none.fine_average(), 0);
}

TEST(Latencies, ReportMinimumMeanAndMaximum) {
    Latencies latencies;
    for (const int ms : {5, 2, 3, -1}) latencies.add(Milliseconds(ms));
    EXPECT_EQ(latencies.min(), 2);
    EXPECT_EQ(latencies.max(), 5);
    EXPECT_EQ(latencies.average(), 3);
    EXPECT_EQ(latencies.fine_average(), 33'333);
    latencies.add(Milliseconds(1));
    EXPECT_EQ(latencies.min(), 1);
    EXPECT_EQ(latencies.fine_average(), 27'500);
    latencies.reset();
    latencies.add(Milliseconds(9));
    EXPECT_EQ(latencies.min(), 9);
    EXPECT_EQ(latencies.max(), 9);
}

TEST(Latencies, TheMeanIsRounded) {
    Latencies latencies;
    for (const int ms : {1, 2, 2}) latencies.add(Milliseconds(ms));
    EXPECT_EQ(latencies.average(), 1);
    EXPECT_EQ(latencies.fine_average(), 16'667);
}

TEST(ConnectionStatistics, RecordsTheLastReply) {
    ConnectionStatistics figures;
    figures.on_answered(codec::Opcode::create, 3, 17, steady_at(100), steady_at(104));
    EXPECT_EQ(figures.last_op, "CREA");
    EXPECT_EQ(figures.last_cxid, 3);
    figures.on_answered(codec::Opcode::ping, codec::ping_xid, 18, steady_at(110), steady_at(112));
    EXPECT_EQ(figures.last_op, "PING");
    EXPECT_EQ(figures.last_cxid, 3) << "pings have no number of their own";
    EXPECT_EQ(figures.last_zxid, 18);
    EXPECT_EQ(figures.last_response, steady_at(112));
    EXPECT_EQ(figures.last_latency, Milliseconds(2));
    EXPECT_EQ(figures.latencies.min(), 2);
    EXPECT_EQ(figures.latencies.max(), 4);
}

TEST(Statistics, AResetKeepsOutstandingRequests) {
    ConnectionStatistics connection;
    connection.received = connection.sent = connection.outstanding = 4;
    connection.on_answered(codec::Opcode::create, 3, 17, steady_at(100), steady_at(104));
    connection.reset();
    EXPECT_EQ(connection.outstanding, 4U);
    EXPECT_EQ(connection.received + connection.sent, 0U);
    EXPECT_EQ(connection.last_op, "NA");
    EXPECT_EQ(connection.last_cxid, -1);
    EXPECT_EQ(connection.latencies.max(), 0);

    ServerStatistics server;
    server.received = server.sent = server.outstanding = 4;
    server.latencies.add(Milliseconds(7));
    server.reset();
    EXPECT_EQ(server.outstanding, 4U);
    EXPECT_EQ(server.received + server.sent, 0U);
    EXPECT_EQ(server.latencies.max(), 0);
}

TEST(WordName, UnknownOpcodesHaveOne) {
    EXPECT_EQ(word_name(codec::Opcode::get_all_children_number), "GETACN");
    EXPECT_EQ(word_name(static_cast<codec::Opcode>(4711)), "NA");
}

}  // namespace
}  // namespace kazoo::server
