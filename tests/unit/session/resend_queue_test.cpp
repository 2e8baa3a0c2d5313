// SPDX-License-Identifier: Apache-2.0
// Which requests of a queue outlive a lost connection, and in which order they are sent again.
#include "codec/decoder.hpp"
#include "codec/requests.hpp"
#include "queued_frames.hpp"
#include "session/request_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::ElementsAre;
using testing::IsEmpty;

class ResendQueueTest : public testing::Test {
protected:
    RequestId push(
        Opcode op,
        Resend resend = Resend::reads,
        const std::string& path = "/a",
        bool limited = false
    ) {
        RequestSpec call;
        call.op = op;
        call.request = detail::make_ref<AnyOwner>();
        call.resend = resend;
        if (limited) {
            call.deadline = TimePoint(std::chrono::hours(1));
        }
        const auto accepted = queue.push(call, codec::SyncRequest{path});
        EXPECT_EQ(accepted.error, std::error_code());
        return accepted.id;
    }

    /// Sends what waits; returns each frame as "operation xid path".
    std::vector<std::string> send() {
        return send_queued(queue, [](const codec::RequestHeader& header, codec::Decoder& decoder) {
            codec::SyncRequest request;
            EXPECT_TRUE(codec::decode(decoder, request));
            return std::string(codec::name(header.type)) + " " + std::to_string(header.xid) + " " +
                   std::string(request.path);
        });
    }

    /// Loses the connection; returns the requests that end as "operation" or "operation sent".
    std::vector<std::string> lose() {
        std::vector<std::string> ended;
        queue.lose_connection([&](RequestQueue::GivenUp lost) {
            ended.push_back(std::string(codec::name(lost.op)) + (lost.sent ? " sent" : ""));
        });
        EXPECT_EQ(queue.sent(), 0U);
        return ended;
    }

    RequestQueue queue{ClientLimits(), 1};
};

TEST_F(ResendQueueTest, ReadsBehindTheLastWriteAreSentAgain) {
    push(Opcode::get_data);
    push(Opcode::set_data);
    push(Opcode::get_data, Resend::reads, "/b");
    push(Opcode::sync, Resend::reads, "/c");
    send();
    EXPECT_THAT(lose(), ElementsAre("get_data sent", "set_data sent"));
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_THAT(send(), ElementsAre("get_data 3 /b", "sync 4 /c"));
    EXPECT_TRUE(take_reply(queue, 3).has_value());
    EXPECT_TRUE(take_reply(queue, 4).has_value());
}

TEST_F(ResendQueueTest, AnAbandonedWriteStillKeepsEarlierReadsFromBeingSentAgain) {
    push(Opcode::get_data);
    const auto write = push(Opcode::create);
    send();
    EXPECT_TRUE(queue.cancel(write).request);
    EXPECT_THAT(lose(), ElementsAre("get_data sent", "create sent"));
    EXPECT_THAT(send(), IsEmpty());
}

TEST_F(ResendQueueTest, WhatWasNotSentStaysBehindTheReads) {
    push(Opcode::get_data);
    send();
    push(Opcode::set_data, Resend::reads, "/b");
    push(Opcode::get_data, Resend::unsent, "/c");
    EXPECT_THAT(lose(), IsEmpty());
    push(Opcode::delete_, Resend::reads, "/d");
    EXPECT_THAT(
        send(), ElementsAre("get_data 1 /a", "set_data 2 /b", "get_data 3 /c", "delete 4 /d")
    );
}

TEST_F(ResendQueueTest, RequestsThatAreNotToWaitEnd) {
    push(Opcode::get_data, Resend::unsent);
    push(Opcode::get_data, Resend::reads, "/b");
    push(Opcode::get_data, Resend::nothing);
    send();
    push(Opcode::set_data, Resend::nothing);
    push(Opcode::get_data, Resend::unsent, "/c");
    EXPECT_THAT(lose(), ElementsAre("get_data sent", "get_data sent", "set_data"));
    EXPECT_THAT(send(), ElementsAre("get_data 2 /b", "get_data 5 /c"));
}

TEST_F(ResendQueueTest, UnsentWritesBehindALostWriteEnd) {
    push(Opcode::create, Resend::reads, "/config");
    send();
    push(Opcode::get_data, Resend::reads, "/b");
    push(Opcode::create, Resend::reads, "/ready");
    push(Opcode::set_data, Resend::independent, "/other");
    push(Opcode::remove_watches, Resend::reads, "/b");
    EXPECT_THAT(lose(), ElementsAre("create sent", "create"));
    push(Opcode::create, Resend::reads, "/later");
    EXPECT_THAT(lose(), IsEmpty());
    EXPECT_THAT(
        send(),
        ElementsAre("get_data 2 /b", "set_data 4 /other", "remove_watches 5 /b", "create 6 /later")
    );
}

TEST_F(ResendQueueTest, UnsentWritesBehindAnAbandonedOrExcludedWriteEnd) {
    const auto abandoned = push(Opcode::create);
    send();
    EXPECT_TRUE(queue.cancel(abandoned).request);
    push(Opcode::set_data);
    EXPECT_THAT(lose(), ElementsAre("create sent", "set_data"));
    push(Opcode::create, Resend::nothing);
    push(Opcode::set_data);
    EXPECT_THAT(lose(), ElementsAre("create", "set_data"));
    const auto withdrawn = push(Opcode::create, Resend::nothing);
    EXPECT_TRUE(queue.cancel(withdrawn).request);
    push(Opcode::set_data, Resend::reads, "/c");
    EXPECT_THAT(lose(), IsEmpty());
}

TEST_F(ResendQueueTest, AnAbandonedReadIsNotSentAgain) {
    push(Opcode::get_data);
    const auto second = push(Opcode::get_data, Resend::reads, "/b");
    push(Opcode::get_data, Resend::reads, "/c");
    send();
    EXPECT_TRUE(queue.cancel(second).request);
    lose();
    EXPECT_THAT(send(), ElementsAre("get_data 1 /a", "get_data 3 /c"));
}

TEST_F(ResendQueueTest, ARequestCancelledBeforeItIsSentAgainCountsAsSent) {
    const auto first = push(Opcode::get_data);
    push(Opcode::get_data, Resend::reads, "/b");
    send();
    lose();
    EXPECT_TRUE(queue.cancel(first).sent);
    EXPECT_THAT(send(), ElementsAre("get_data 2 /b"));
}

TEST_F(ResendQueueTest, DeadlinesAndWatchesOutliveTheConnection) {
    RequestSpec watching;
    watching.op = Opcode::get_data;
    watching.request = detail::make_ref<AnyOwner>();
    watching.watcher = detail::make_ref<AnyOwner>();
    watching.watch_path = "/a";
    EXPECT_FALSE(queue.push(watching, codec::SyncRequest{"/a"}).error);
    const auto limited = push(Opcode::get_data, Resend::reads, "/b", true);
    send();
    lose();
    EXPECT_EQ(queue.watches(), 1U);
    EXPECT_EQ(queue.expired(TimePoint(std::chrono::hours(2))), limited);
    send();
    EXPECT_TRUE(take_reply(queue, 1)->watch);
    EXPECT_TRUE(take_reply(queue, 2).has_value());
    EXPECT_EQ(queue.next_deadline(), TimePoint::max());
    EXPECT_EQ(queue.watches(), 0U);
}

TEST_F(ResendQueueTest, ThreeConnectionsAreEnough) {
    push(Opcode::get_data);
    for (int connection = 0; connection < 2; ++connection) {
        EXPECT_THAT(send(), ElementsAre("get_data 1 /a"));
        EXPECT_THAT(lose(), IsEmpty());
    }
    EXPECT_THAT(send(), ElementsAre("get_data 1 /a"));
    EXPECT_THAT(lose(), ElementsAre("get_data sent"));
}

TEST_F(ResendQueueTest, OnlyWhatHasNoReplyIsSentAgain) {
    for (const auto* path : {"/1", "/2", "/3", "/4"}) {
        push(Opcode::get_data, Resend::reads, path);
    }
    send();
    EXPECT_TRUE(take_reply(queue, 1).has_value());
    EXPECT_TRUE(take_reply(queue, 2).has_value());
    EXPECT_THAT(lose(), IsEmpty());
    EXPECT_THAT(send(), ElementsAre("get_data 3 /3", "get_data 4 /4"));
    EXPECT_TRUE(take_reply(queue, 3).has_value());
    EXPECT_THAT(lose(), IsEmpty());
    EXPECT_THAT(send(), ElementsAre("get_data 4 /4"));
}

TEST_F(ResendQueueTest, TheEndOfTheSessionTellsWhatWasSent) {
    push(Opcode::get_data);
    send();
    lose();
    push(Opcode::get_data);
    EXPECT_TRUE(queue.take_oldest()->sent) << "on the lost connection";
    EXPECT_FALSE(queue.take_oldest()->sent);
    EXPECT_FALSE(queue.take_oldest().has_value());
    EXPECT_THAT(send(), IsEmpty());
}

// The kept frames of answered requests are not moved once for each reply.
TEST_F(ResendQueueTest, AnsweringManyReadsTakesLinearTime) {
    constexpr int count = 100'000;
    const std::string path = "/" + std::string(200, 'x');
    for (int i = 0; i < count; ++i) {
        push(Opcode::get_data, Resend::reads, path);
    }
    send();
    for (int i = 1; i < count; ++i) {
        EXPECT_TRUE(take_reply(queue, i).has_value());
    }
    EXPECT_THAT(lose(), IsEmpty());
    EXPECT_THAT(send(), ElementsAre("get_data 100000 " + path));
}

}  // namespace
}  // namespace kazoo::session
