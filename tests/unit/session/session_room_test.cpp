// SPDX-License-Identifier: Apache-2.0
// Waiting for room in the queue of requests, and what a session sends although it is full.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::run_every_way;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

Config small(std::size_t requests = 2) {
    auto config = script_config();
    config.limits.requests = requests;
    return config;
}

class SessionRoomTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }
    void fill() {
        s.get("r1");
        s.get("r2");
        s.take();
    }

    SessionScript s{small()};
};

TEST_F(SessionRoomTest, WithRoomThereIsNoWait) {
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_THAT(s.take(), ElementsAre("a ok"));
}

TEST_F(SessionRoomTest, WaitsEndInOrderAsRepliesMakeRoom) {
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_FALSE(s.wait_for_room("b"));
    EXPECT_THAT(s.take(), IsEmpty());
    s.answer();
    EXPECT_THAT(s.take(), Contains("a ok"));
    s.get("r3");
    s.take();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok", "b ok"));
}

TEST_F(SessionRoomTest, ALaterCallDoesNotOvertakeThoseThatWait) {
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_FALSE(s.wait_for_room("b"));
    EXPECT_TRUE(s.withdraw("a"));
    EXPECT_FALSE(s.wait_for_room("c"));
    s.answer();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "b ok", "r2 ok", "c ok"));
}

TEST_F(SessionRoomTest, OnePlaceIsNotOfferedTwice) {
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_FALSE(s.wait_for_room("b"));
    s.answer();
    s.settle();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "a ok"));
    s.session().return_room();
    s.settle();
    EXPECT_THAT(s.take(), ElementsAre("b ok")) << "the first one does not use it";
    EXPECT_FALSE(s.wait_for_room("c"));
    EXPECT_THAT(s.take(), IsEmpty()) << "the second one may use it yet";
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok", "c ok"));
}

TEST_F(SessionRoomTest, ACancelledRequestMakesRoomIfItWasNotSent) {
    s.closed();
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_TRUE(s.cancel("r2"));
    EXPECT_THAT(s.take(), Contains("a ok"));
}

TEST(SessionRoomBytes, WritingMakesRoomForBytes) {
    auto config = script_config();
    config.limits.queued_bytes = 10;
    SessionScript s(config);
    s.establish();
    s.hold_output(true);
    s.get("r1");
    EXPECT_FALSE(s.wait_for_room("a"));
    s.hold_output(false);
    EXPECT_THAT(s.take(), Contains("a ok"));
}

TEST_F(SessionRoomTest, TheEndOfTheSessionEndsWaits) {
    s.closed();
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    s.close();
    EXPECT_THAT(s.take(), Contains("a connection_loss not sent"));
    EXPECT_EQ(s.wait_for_room("b"), ClientErrc::connection_closed);
}

TEST_F(SessionRoomTest, AnExpiredSessionLeavesRoom) {
    s.closed();
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    s.reconnect({.timeout_ms = 0});
    EXPECT_THAT(s.take(), Contains("a ok"));
}

TEST_F(SessionRoomTest, WaitsEndInOrderOnceCallbacksHaveCaughtUp) {
    s.callbacks(Callbacks::lag);
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_FALSE(s.wait_for_room("b"));
    EXPECT_THAT(s.take(), IsEmpty()) << "although the queue has room";
    s.callbacks(Callbacks::keep_up);
    EXPECT_THAT(s.take(), ElementsAre("a ok", "b ok"));
}

TEST_F(SessionRoomTest, RepliesMakeNoRoomWhileCallbacksLag) {
    fill();
    EXPECT_FALSE(s.wait_for_room("a"));
    s.callbacks(Callbacks::lag);
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
    EXPECT_FALSE(s.wait_for_room("b"));
    s.callbacks(Callbacks::keep_up);
    EXPECT_THAT(s.take(), ElementsAre("a ok")) << "there is room for one";
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok", "b ok"));
}

TEST_F(SessionRoomTest, AWaitFailsInTheStateOfCallbacksThatEndsIt) {
    fill();
    EXPECT_FALSE(s.wait_for_room("patient"));
    EXPECT_FALSE(s.wait_for_room("on lane", Callbacks::blocked));
    EXPECT_FALSE(s.wait_for_room("blocking", Callbacks::lag));
    EXPECT_THAT(s.take(), IsEmpty());
    s.callbacks(Callbacks::lag);
    EXPECT_THAT(s.take(), ElementsAre("blocking queue_full not sent"));
    s.callbacks(Callbacks::blocked);
    EXPECT_THAT(s.take(), ElementsAre("on lane queue_full not sent"));
    s.callbacks(Callbacks::keep_up);
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "patient ok"));
}

TEST_F(SessionRoomTest, AWaitForCallbacksCanBeWithdrawnAndEndsWithTheSession) {
    s.callbacks(Callbacks::lag);
    EXPECT_FALSE(s.wait_for_room("a"));
    EXPECT_FALSE(s.wait_for_room("b"));
    EXPECT_TRUE(s.withdraw("a"));
    s.closed();
    s.close();
    EXPECT_THAT(s.take(), Contains("b connection_loss not sent"));
}

TEST_F(SessionRoomTest, WaitsAreBounded) {
    fill();
    const auto waiter = [](int number) { return "w" + std::to_string(number); };
    constexpr int most = 1024;
    for (int i = 0; i < most; ++i) {
        EXPECT_FALSE(s.wait_for_room(waiter(i)));
    }
    EXPECT_EQ(s.wait_for_room("late"), ClientErrc::queue_full);
    EXPECT_TRUE(s.withdraw(waiter(0)));
    EXPECT_FALSE(s.withdraw(waiter(0)));
    EXPECT_FALSE(s.wait_for_room("late"));
    EXPECT_TRUE(s.withdraw("late"));
    for (int i = 1; i < most; ++i) {
        EXPECT_TRUE(s.withdraw(waiter(i)));
    }
}

TEST_F(SessionRoomTest, AReservedRequestIsAdmittedAndSent) {
    fill();
    EXPECT_EQ(s.ask("r3", Opcode::set_data), ClientErrc::queue_full);
    EXPECT_FALSE(s.ask("r4", Opcode::set_data, {.reserved = true}));
    EXPECT_THAT(s.take(), ElementsAre("> set_data 3 /a"));
    s.serve();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "r2 ok", "r4 ok"));
}

TEST(SessionInFlightTest, PingsAndTheCloseAreNotHeldBack) {
    auto config = script_config();
    config.limits.in_flight_requests = 1;
    SessionScript s(config);
    s.establish();
    s.get("r1");
    s.get("r2");
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a"));
    s.pass(3334ms);
    EXPECT_THAT(s.take(), ElementsAre("> ping"));
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 2 /a", "> close_session 3"));
    s.serve();
    EXPECT_TRUE(s.session().finished());
}

TEST(SessionInFlightTest, RepliesLetTheNextRequestsGo) {
    auto config = script_config();
    config.limits.in_flight_requests = 2;
    SessionScript s(config);
    s.establish();
    for (const auto* name : {"r1", "r2", "r3"}) {
        s.get(name);
    }
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "> get_data 2 /a"));
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "> get_data 3 /a"));
}

TEST(SessionRoomScript, EndsWellWhateverFails) {
    auto config = small();
    config.limits.in_flight_requests = 1;
    run_every_way(
        [](SessionScript& s) {
            s.establish();
            s.get("r1");
            s.set("r2");
            EXPECT_FALSE(s.wait_for_room("a"));
            EXPECT_FALSE(s.ask("r3", Opcode::set_data, {.reserved = true}));
            s.answer();
            s.answer();
            s.closed();
            s.reconnect();
            s.serve();
            EXPECT_FALSE(s.wait_for_room("b"));
        },
        config
    );
}

}  // namespace
}  // namespace kazoo::session
