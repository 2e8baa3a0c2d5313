// SPDX-License-Identifier: Apache-2.0
// What the session counts and measures.
#include "support/session_script.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int32_t changed_event = 3;
constexpr std::int32_t moved = -118;

class SessionMetricsTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }

    [[nodiscard]] const SessionMetrics& counted() { return s.session().metrics().session; }
    [[nodiscard]] const Metrics::Latencies& latencies(const char* operation) {
        static const Metrics::Latencies none;
        const auto& own = s.session().metrics().latencies[operation_index(operation)];
        return own ? *own : none;
    }

    SessionScript s;
};

TEST_F(SessionMetricsTest, TimeInTheQueueAndOnTheWireAreApart) {
    s.hold_output(true);
    s.get("r1");
    s.pause(20ms);
    s.hold_output(false);
    s.pause(300ms);
    EXPECT_EQ(latencies("get").queued.count(), 1U);
    EXPECT_EQ(latencies("get").on_the_wire.count(), 0U);
    s.answer();
    EXPECT_EQ(latencies("get").queued.sum(), 20ms);
    EXPECT_EQ(latencies("get").on_the_wire.count(), 1U);
    EXPECT_EQ(latencies("get").on_the_wire.sum(), 300ms);
    EXPECT_EQ(latencies("set").queued.count(), 0U) << "each operation has its own";
}

TEST_F(SessionMetricsTest, EachRequestIsMeasuredFromItsOwnWrite) {
    s.get("r1");
    s.pause(10ms);
    s.get("r2");
    s.pause(5ms);
    s.answer();
    s.pause(2ms);
    s.answer(-101);
    EXPECT_EQ(latencies("get").on_the_wire.count(), 2U) << "errors are answers, too";
    EXPECT_EQ(latencies("get").on_the_wire.sum(), 15ms + 7ms);
}

TEST_F(SessionMetricsTest, OnlyAnswersThatAreAwaitedAreMeasured) {
    s.get("r1");
    s.get("r2");
    EXPECT_TRUE(s.cancel("r1"));
    s.answer();
    s.answer();
    EXPECT_EQ(latencies("get").on_the_wire.count(), 1U);
    s.get("r3");
    s.closed();
    EXPECT_EQ(latencies("get").on_the_wire.count(), 1U);
}

TEST_F(SessionMetricsTest, TimeInTheQueueIncludesTheWaitForAConnection) {
    s.closed();
    s.get("r1");
    s.pause(1s);
    s.reconnect();
    EXPECT_EQ(latencies("get").queued.count(), 1U);
    EXPECT_GE(latencies("get").queued.sum(), 1s);
    s.pause(1ms);
    s.answer();
    EXPECT_EQ(latencies("get").on_the_wire.sum(), 1ms);
}

TEST_F(SessionMetricsTest, ReconnectsAreNotNewSessions) {
    EXPECT_EQ(counted().sessions_established, 1U);
    EXPECT_EQ(counted().reconnects, 0U);
    s.closed();
    s.reconnect();
    EXPECT_EQ(counted().sessions_established, 1U);
    EXPECT_EQ(counted().reconnects, 1U);
    s.closed();
    s.reconnect_until_asked();
    s.welcome({.timeout_ms = 0});
    EXPECT_EQ(counted().sessions_expired, 1U);
    s.serve();
    s.serve_for(2s);
    EXPECT_EQ(counted().sessions_established, 2U);
    EXPECT_EQ(counted().reconnects, 1U);
    EXPECT_EQ(counted().connections, 3U);
}

TEST_F(SessionMetricsTest, LossesAreCountedByReason) {
    s.closed();
    EXPECT_EQ(counted().lost(LossReason::closed), 1U);
    s.reconnect();
    s.pass(6666ms);
    EXPECT_EQ(counted().lost(LossReason::silent), 1U);
    s.reconnect();
    s.get("r1");
    s.answer(moved);
    EXPECT_EQ(counted().lost(LossReason::refused), 1U);
    s.reconnect();
    s.bytes(std::vector<std::byte>(4, std::byte{0xff}));
    EXPECT_EQ(counted().lost(LossReason::protocol_error), 1U);
    s.reconnect();
    s.session().out_of_memory(s.now());
    s.settle();
    EXPECT_EQ(counted().lost(LossReason::out_of_memory), 1U);
    EXPECT_EQ(counted().failed_attempts, 0U);
}

TEST_F(SessionMetricsTest, FailedAttemptsAreNotLostConnections) {
    s.get("r1");
    s.answer();  // otherwise a pause would precede the next attempt
    s.closed();
    s.unresolved();
    EXPECT_EQ(counted().failed_attempts, 1U);
    EXPECT_EQ(counted().lost(LossReason::closed), 1U);
}

TEST_F(SessionMetricsTest, AWatchEventCountsOnceForEachFunction) {
    for (const auto* const watcher : {"w1", "w2"}) {
        s.ask(std::string("r") + watcher, Opcode::get_data, {.path = "/a", .watcher = watcher});
        s.answer();
    }
    s.notify(changed_event, "/a");
    EXPECT_EQ(counted().watch_events, 2U);
    s.notify(changed_event, "/a");
    EXPECT_EQ(counted().watch_events, 2U) << "nothing is registered any more";
}

TEST_F(SessionMetricsTest, PingsAreMeasured) {
    s.pass(3333ms);
    s.pause(4ms);
    s.pong();
    s.pong();
    EXPECT_EQ(counted().ping_round_trip.count(), 1U);
    EXPECT_EQ(counted().ping_round_trip.sum(), 4ms);
}

TEST_F(SessionMetricsTest, BytesOfAllFramesAreCounted) {
    const auto sent = counted().bytes_sent;
    const auto received = counted().bytes_received;
    EXPECT_GT(sent, 0U) << "the handshake";
    EXPECT_GT(received, 0U);
    s.get("r1");
    s.answer();
    EXPECT_EQ(counted().bytes_sent, sent + s.frame_sizes().back());
    EXPECT_EQ(counted().bytes_received, received + 20) << "a reply without a body";
}

TEST(SessionMetricsOfLivesTest, SessionsContinueTheMetricsThatTheyAreGiven) {
    Metrics metrics;
    metrics.session.connections = 7;
    const Session session(testing_support::script_config(), &metrics);
    EXPECT_EQ(session.metrics().session.connections, 7U);
}

TEST(OperationIndexTest, EveryOperationHasItsName) {
    EXPECT_EQ(operation_names[operation_index(Opcode::get_data)], "get");
    EXPECT_EQ(operation_index(Opcode::create2), operation_index(Opcode::create));
    EXPECT_EQ(operation_names[operation_index(Opcode::reconfig)], "reconfig");
    EXPECT_EQ(operation_names[operation_index(Opcode::ping)], "other");
    EXPECT_EQ(operation_names[operation_index("no such operation")], "other");
}

}  // namespace
}  // namespace kazoo::session
