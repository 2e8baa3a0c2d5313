// SPDX-License-Identifier: Apache-2.0
// The limits for requests in flight, and the requests that no limit holds back.
#include "codec/decoder.hpp"
#include "codec/requests.hpp"
#include "queued_frames.hpp"
#include "session/request_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t frame_size = 4 + 8 + 6;  // of a sync of "/a"

class InFlightTest : public testing::Test {
protected:
    RequestQueue::Accepted try_push(bool reserved = false, Resend resend = Resend::unsent) {
        RequestSpec call;
        call.op = Opcode::sync;
        call.request = detail::make_ref<AnyOwner>();
        call.reserved = reserved;
        call.resend = resend;
        return queue->push(call, codec::SyncRequest{"/a"});
    }
    RequestId push(bool reserved = false, Resend resend = Resend::unsent) {
        const auto accepted = try_push(reserved, resend);
        EXPECT_EQ(accepted.error, std::error_code());
        return accepted.id;
    }
    /// Sends what may be sent; returns the xids.
    std::vector<std::int32_t> send() {
        return send_queued(*queue, [](const codec::RequestHeader& header, codec::Decoder&) {
            return header.xid;
        });
    }
    void answer(std::int32_t xid) { EXPECT_TRUE(take_reply(*queue, xid).has_value()) << xid; }
    void limit(std::size_t requests, std::size_t bytes = std::numeric_limits<std::size_t>::max()) {
        limits.in_flight_requests = requests;
        limits.in_flight_bytes = bytes;
        queue.emplace(limits, 1);
    }

    ClientLimits limits;
    std::optional<RequestQueue> queue{std::in_place, limits, 1};
};

TEST_F(InFlightTest, MoreRequestsWaitForReplies) {
    limit(2);
    for (int i = 0; i < 5; ++i) {
        push();
    }
    EXPECT_THAT(send(), ElementsAre(1, 2));
    EXPECT_EQ(queue->sent(), 2U);
    EXPECT_TRUE(queue->has_unsent());
    EXPECT_THAT(send(), IsEmpty());
    answer(1);
    EXPECT_THAT(send(), ElementsAre(3));
    answer(2);
    answer(3);
    EXPECT_THAT(send(), ElementsAre(4, 5));
    EXPECT_FALSE(queue->has_unsent());
    answer(4);
    answer(5);
    EXPECT_EQ(queue->size(), 0U);
}

TEST_F(InFlightTest, BytesAreLimitedToo) {
    limit(100, 2 * frame_size + 1);
    for (int i = 0; i < 4; ++i) {
        push();
    }
    EXPECT_THAT(send(), ElementsAre(1, 2));
    answer(1);
    EXPECT_THAT(send(), ElementsAre(3));
}

TEST_F(InFlightTest, OneRequestIsSentInAnyCase) {
    limit(0, 0);
    push();
    push();
    EXPECT_THAT(send(), ElementsAre(1));
    EXPECT_THAT(send(), IsEmpty());
    answer(1);
    EXPECT_THAT(send(), ElementsAre(2));
}

TEST_F(InFlightTest, AbandonedRequestsAreInFlight) {
    limit(1);
    const auto first = push();
    push();
    send();
    EXPECT_TRUE(queue->cancel(first).sent);
    EXPECT_THAT(send(), IsEmpty());
    answer(1);
    EXPECT_THAT(send(), ElementsAre(2));
}

TEST_F(InFlightTest, WithdrawnRequestsAreSkipped) {
    limit(2);
    std::vector<RequestId> ids;
    for (int i = 0; i < 9; ++i) {
        ids.push_back(push());
    }
    EXPECT_THAT(send(), ElementsAre(1, 2));
    for (const auto i : {2, 4, 5}) {
        EXPECT_TRUE(queue->cancel(ids[static_cast<std::size_t>(i)]).request);
    }
    EXPECT_EQ(queue->size(), 6U);
    answer(1);
    answer(2);
    EXPECT_THAT(send(), ElementsAre(4, 7));
    EXPECT_TRUE(queue->is_awaiting_reply(7));
    EXPECT_FALSE(queue->is_awaiting_reply(5));
    answer(4);
    answer(7);
    EXPECT_THAT(send(), ElementsAre(8, 9));
    EXPECT_EQ(queue->size(), 2U);
}

TEST_F(InFlightTest, WhatTheLimitsHoldBackOutlivesTheConnectionInOrder) {
    limit(2);
    push(false, Resend::reads);
    push(false, Resend::reads);
    push();
    push();
    send();
    answer(1);
    EXPECT_THAT(send(), ElementsAre(3));
    int ended = 0;
    queue->lose_connection([&](RequestQueue::GivenUp) { ++ended; });
    EXPECT_EQ(ended, 1) << "the one that is sent once";
    EXPECT_THAT(send(), ElementsAre(2, 4));
}

TEST_F(InFlightTest, AReservedRequestIsSentWithAllBeforeIt) {
    limit(1);
    push();
    push();
    EXPECT_THAT(send(), ElementsAre(1));
    push(true);
    push();
    EXPECT_THAT(send(), ElementsAre(2, 3)) << "not before what was called earlier";
    answer(1);
    answer(2);
    EXPECT_THAT(send(), IsEmpty());
    answer(3);
    EXPECT_THAT(send(), ElementsAre(4));
}

TEST_F(InFlightTest, TheCloseIsNotHeldBack) {
    limit(1);
    push();
    push();
    send();
    queue->push_close();
    EXPECT_THAT(send(), ElementsAre(2, 3));
}

TEST_F(InFlightTest, AReserveAdmitsRequestsToAFullQueue) {
    limits.requests = 2;
    queue.emplace(limits, 1);
    push();
    push();
    EXPECT_EQ(try_push().error, ClientErrc::queue_full);
    const auto reserved = push(true);
    EXPECT_EQ(try_push().error, ClientErrc::queue_full);
    send();
    answer(1);
    push();
    EXPECT_EQ(try_push().error, ClientErrc::queue_full) << "reserved ones take no room of others";
    answer(2);
    EXPECT_TRUE(queue->cancel(reserved).sent);
    answer(3);
    EXPECT_EQ(queue->room(), 1U);
}

TEST_F(InFlightTest, TheReserveIsBounded) {
    limits.requests = 1;
    queue.emplace(limits, 1);
    push();
    std::vector<RequestId> ids;
    while (const auto id = try_push(true).id) {
        ids.push_back(id);
        ASSERT_LT(ids.size(), 10'000U);
    }
    EXPECT_EQ(ids.size(), 1024U);
    EXPECT_TRUE(queue->cancel(ids[7]).request);
    push(true);
    EXPECT_EQ(try_push(true).error, ClientErrc::queue_full);
    while (queue->take_oldest()) {
    }
    push();
    EXPECT_EQ(queue->room(), 0U);
    push(true);
}

TEST_F(InFlightTest, FullBytesLeaveTheReserve) {
    limits.queued_bytes = frame_size;
    queue.emplace(limits, 1);
    push();
    EXPECT_EQ(queue->room(), 0U);
    push(true);
    EXPECT_EQ(try_push().error, ClientErrc::queue_full);
}

// Moving the queue for each request that is sent would take 10^11 steps.
TEST_F(InFlightTest, AFullQueueIsSentOneByOneInLinearTime) {
    constexpr int count = 200'000;
    limit(1);
    for (int i = 0; i < count; ++i) {
        push();
    }
    for (int i = 1; i <= count; ++i) {
        ASSERT_THAT(send(), ElementsAre(i));
        answer(i);
    }
    EXPECT_EQ(queue->size(), 0U);
}

}  // namespace
}  // namespace kazoo::session
