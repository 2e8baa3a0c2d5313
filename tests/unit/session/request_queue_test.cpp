// SPDX-License-Identifier: Apache-2.0
#include "session/request_queue.hpp"

#include "codec/decoder.hpp"
#include "codec/requests.hpp"
#include "queued_frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class RequestQueueTest : public testing::Test {
protected:
    RequestSpec call(Opcode op = Opcode::get_data) {
        RequestSpec made;
        made.op = op;
        made.request = detail::make_ref<AnyOwner>();
        return made;
    }
    RequestId push(RequestSpec made, std::string_view path = "/a") {
        const auto accepted = queue->push(made, codec::GetDataRequest{path, false});
        EXPECT_EQ(accepted.error, std::error_code());
        return accepted.id;
    }
    template <class Record>
    RequestQueue::Accepted try_to_push(RequestSpec made, const Record& record) {
        return queue->push(made, record);
    }
    RequestId push(std::string_view path = "/a") { return push(call(), path); }

    /// Sends the queued requests; returns each frame as "xid path".
    std::vector<std::string> send() {
        auto frames =
            send_queued(*queue, [](const codec::RequestHeader& header, codec::Decoder& decoder) {
                codec::GetDataRequest request;
                EXPECT_TRUE(codec::decode(decoder, request));
                return std::to_string(header.xid) + " " + std::string(request.path);
            });
        EXPECT_FALSE(queue->has_unsent());
        return frames;
    }

    std::optional<RequestQueue> queue{std::in_place, ClientLimits(), 1};
};

TEST_F(RequestQueueTest, RepliesComeInTheOrderOfIssue) {
    const auto first = push();
    const auto second = push();
    EXPECT_LT(first, second);
    EXPECT_THAT(send(), ElementsAre("1 /a", "2 /a"));
    EXPECT_EQ(queue->size(), 2U);
    EXPECT_FALSE(take_reply(*queue, 2).has_value());
    const auto answered = take_reply(*queue, 1);
    ASSERT_TRUE(answered.has_value());
    EXPECT_EQ(answered->id, first);
    EXPECT_EQ(answered->op, Opcode::get_data);
    EXPECT_TRUE(answered->request);
    EXPECT_FALSE(take_reply(*queue, 1).has_value());
    EXPECT_TRUE(take_reply(*queue, 2).has_value());
    EXPECT_EQ(queue->size(), 0U);
}

TEST_F(RequestQueueTest, RequestsThatStillWaitAreAbandonedWithIt) {
    const auto sent = call();
    const auto unsent = call();
    const auto answered = call();
    push(answered);
    push(sent);
    send();
    push(unsent);
    EXPECT_TRUE(take_reply(*queue, 1).has_value());
    queue.reset();
    const auto is_abandoned = [](const RequestSpec& spec) {
        return static_cast<const AnyOwner&>(*spec.request).abandoned;
    };
    EXPECT_TRUE(is_abandoned(sent));
    EXPECT_TRUE(is_abandoned(unsent));
    EXPECT_FALSE(is_abandoned(answered));
}

TEST_F(RequestQueueTest, UnsentRequestsGetNoReply) {
    push();
    EXPECT_FALSE(take_reply(*queue, 1).has_value());
    EXPECT_FALSE(queue->is_awaiting_reply(1));
}

TEST_F(RequestQueueTest, AppendsToPendingOutput) {
    push();
    base::Buffer out;
    out.append("before", 6);
    queue->send(out);
    EXPECT_EQ(out.size(), 6U + 4 + 8 + 6 + 1);
    EXPECT_TRUE(take_reply(*queue, 1).has_value());
}

TEST_F(RequestQueueTest, XidsWrapToOne) {
    constexpr std::int32_t last = 0x7fffffff;
    queue.emplace(ClientLimits(), last - 1);
    for (int i = 0; i < 4; ++i) {
        push();
    }
    EXPECT_THAT(send(), ElementsAre("2147483646 /a", "2147483647 /a", "1 /a", "2 /a"));
    for (const auto xid : {last - 1, last, 1, 2}) {
        EXPECT_TRUE(queue->is_awaiting_reply(xid)) << xid;
    }
    EXPECT_TRUE(take_reply(*queue, last - 1).has_value());
    EXPECT_TRUE(queue->is_awaiting_reply(last));
    EXPECT_TRUE(queue->is_awaiting_reply(1));
    EXPECT_TRUE(queue->is_awaiting_reply(2));
    EXPECT_FALSE(queue->is_awaiting_reply(3));
    EXPECT_FALSE(queue->is_awaiting_reply(last - 1));
    EXPECT_TRUE(take_reply(*queue, last).has_value());
    EXPECT_TRUE(take_reply(*queue, 1).has_value());
    EXPECT_TRUE(queue->is_awaiting_reply(2));
    EXPECT_FALSE(queue->is_awaiting_reply(1));
}

TEST_F(RequestQueueTest, ReservedXidsAreNotUsed) {
    queue.emplace(ClientLimits(), -4);
    push();
    EXPECT_THAT(send(), ElementsAre("1 /a"));
    EXPECT_FALSE(queue->is_awaiting_reply(0));
    EXPECT_FALSE(queue->is_awaiting_reply(-2));
}

TEST_F(RequestQueueTest, CancellingWithdrawsUnsentRequests) {
    std::vector<RequestId> ids;
    for (const auto* path : {"/a", "/bbb", "/cc", "/d", "/eeee"}) {
        ids.push_back(push(path));
    }
    for (const auto i : {1U, 4U, 0U}) {
        const auto cancelled = queue->cancel(ids[i]);
        EXPECT_TRUE(cancelled.request);
        EXPECT_EQ(cancelled.op, Opcode::get_data);
        EXPECT_FALSE(cancelled.sent);
        EXPECT_FALSE(queue->cancel(ids[i]).request);
    }
    EXPECT_EQ(queue->size(), 2U);
    push("/f");
    EXPECT_THAT(send(), ElementsAre("3 /cc", "4 /d", "6 /f"));
    EXPECT_TRUE(take_reply(*queue, 3).has_value());
    EXPECT_FALSE(queue->is_awaiting_reply(5));
    EXPECT_TRUE(take_reply(*queue, 4).has_value());
    EXPECT_TRUE(take_reply(*queue, 6).has_value());
}

TEST_F(RequestQueueTest, IsEmptyOnceAllIsWithdrawn) {
    const auto first = push();
    const auto second = push();
    EXPECT_TRUE(queue->cancel(second).request);
    EXPECT_TRUE(queue->has_unsent());
    EXPECT_TRUE(queue->cancel(first).request);
    EXPECT_FALSE(queue->has_unsent());
    EXPECT_EQ(queue->size(), 0U);
    EXPECT_THAT(send(), IsEmpty());
}

TEST_F(RequestQueueTest, CancellingAbandonsSentRequests) {
    const auto first = push();
    push();
    send();
    const auto third = push();
    const auto cancelled = queue->cancel(first);
    EXPECT_TRUE(cancelled.sent);
    EXPECT_FALSE(queue->cancel(first).request);
    EXPECT_FALSE(queue->cancel(third).sent);
    EXPECT_EQ(queue->size(), 2U);  // the abandoned one keeps its place
    const auto answered = take_reply(*queue, 1);
    ASSERT_TRUE(answered.has_value());
    EXPECT_FALSE(answered->request);
    EXPECT_TRUE(take_reply(*queue, 2).has_value());
}

TEST_F(RequestQueueTest, UnknownIdsAreIgnored) {
    const auto id = push();
    EXPECT_FALSE(queue->cancel(0).request);
    EXPECT_FALSE(queue->cancel(id + 1).request);
    EXPECT_EQ(queue->size(), 1U);
}

TEST_F(RequestQueueTest, DeadlinesAreKeptInOrder) {
    const TimePoint start(1h);
    auto late = call();
    late.deadline = start + 2s;
    auto early = call();
    early.deadline = start + 1s;
    const auto late_id = push(late);
    const auto early_id = push(early);
    push();
    EXPECT_EQ(queue->next_deadline(), start + 1s);
    EXPECT_EQ(queue->expired(start + 999ms), std::nullopt);
    EXPECT_EQ(queue->expired(start + 1s), early_id);
    EXPECT_TRUE(queue->cancel(early_id).request);
    EXPECT_EQ(queue->next_deadline(), start + 2s);
    EXPECT_EQ(queue->expired(start + 1s), std::nullopt);
    EXPECT_EQ(queue->expired(start + 2s), late_id);
    send();
    EXPECT_TRUE(take_reply(*queue, 1).has_value());
    EXPECT_EQ(queue->next_deadline(), TimePoint::max());
}

TEST_F(RequestQueueTest, AnAbandonedRequestHasNoDeadline) {
    auto timed = call();
    timed.deadline = TimePoint(1h);
    const auto id = push(timed);
    send();
    EXPECT_TRUE(queue->cancel(id).sent);
    EXPECT_EQ(queue->next_deadline(), TimePoint::max());
    EXPECT_EQ(queue->expired(TimePoint(2h)), std::nullopt);
}

TEST_F(RequestQueueTest, WatchesAreCountedUntilTheirReplies) {
    auto watching = call();
    watching.watcher = detail::make_ref<AnyOwner>();
    watching.watch_kind = WatchKind::child;
    watching.watch_path = "/a";
    const auto first = push(watching);
    push(watching);
    EXPECT_EQ(queue->watches(), 2U);
    send();
    EXPECT_TRUE(queue->cancel(first).request);
    EXPECT_EQ(queue->watches(), 1U);
    EXPECT_FALSE(take_reply(*queue, 1)->watch);
    const auto answered = take_reply(*queue, 2);
    ASSERT_TRUE(answered->watch);
    EXPECT_EQ(answered->watch->kind, WatchKind::child);
    EXPECT_EQ(answered->watch->take_watcher(), watching.watcher);
    EXPECT_EQ(queue->watches(), 0U);
}

TEST_F(RequestQueueTest, TakeAllDistinguishesSentRequests) {
    auto timed = call();
    timed.deadline = TimePoint(1h);
    timed.watcher = detail::make_ref<AnyOwner>();
    push(timed);
    const auto abandoned = push();
    send();
    EXPECT_TRUE(queue->cancel(abandoned).request);
    push("/b");
    const auto withdrawn = push("/c");
    push("/d");
    EXPECT_TRUE(queue->cancel(withdrawn).request);

    std::vector<bool> sent;
    std::vector<Cookie> watchers;
    while (const auto taken = queue->take_oldest()) {
        if (taken->request) {
            sent.push_back(taken->sent);
        }
        if (taken->watch) {
            watchers.push_back(taken->watch->take_watcher());
        }
    }
    EXPECT_THAT(sent, ElementsAre(true, false, false));
    EXPECT_THAT(watchers, ElementsAre(timed.watcher));
    EXPECT_EQ(queue->size(), 0U);
    EXPECT_EQ(queue->watches(), 0U);
    EXPECT_EQ(queue->next_deadline(), TimePoint::max());
    push("/e");
    EXPECT_THAT(send(), ElementsAre("6 /e"));
}

TEST_F(RequestQueueTest, TheCloseRequestIgnoresTheLimits) {
    ClientLimits limits;
    limits.requests = 1;
    limits.request_bytes = 20;
    queue.emplace(limits, 1);
    push();
    EXPECT_EQ(try_to_push(call(), codec::SyncRequest{"/a"}).error, ClientErrc::queue_full);
    queue->push_close();
    base::Buffer out;
    queue->send(out);
    EXPECT_EQ(out.size(), 19U + 12U);
    EXPECT_TRUE(take_reply(*queue, 1).has_value());
    const auto good_bye = take_reply(*queue, 2);
    ASSERT_TRUE(good_bye.has_value());
    EXPECT_EQ(good_bye->op, Opcode::close_session);
}

TEST_F(RequestQueueTest, LimitsAreErrorsWithoutEffect) {
    ClientLimits limits;
    limits.requests = 3;
    limits.queued_bytes = 40;
    limits.request_bytes = 15;
    queue.emplace(limits, 1);
    const auto push_error = [this](std::string_view path) {
        return try_to_push(call(), codec::SyncRequest{path}).error;
    };
    EXPECT_EQ(push_error("/a-long-one"), ClientErrc::request_too_large);
    EXPECT_EQ(push_error("/ab"), std::error_code());  // 19 bytes
    EXPECT_EQ(push_error("/abc"), ClientErrc::request_too_large);
    EXPECT_EQ(push_error("/ab"), std::error_code());
    const auto third = try_to_push(call(), codec::SyncRequest{"/ab"});
    EXPECT_FALSE(third.error);
    EXPECT_EQ(push_error("/ab"), ClientErrc::queue_full);  // three of them, and 57 bytes
    EXPECT_TRUE(queue->cancel(third.id).request);
    EXPECT_EQ(push_error("/ab"), std::error_code());
    base::Buffer out;
    queue->send(out);
    EXPECT_EQ(out.size(), 3 * 19U);
    EXPECT_EQ(push_error("/ab"), ClientErrc::queue_full);  // sent ones count until their replies
    EXPECT_TRUE(take_reply(*queue, 1).has_value());
    EXPECT_EQ(push_error("/ab"), std::error_code());
}

TEST_F(RequestQueueTest, TheByteLimitCountsWhatIsUnsentOrMayBeSentAgain) {
    ClientLimits limits;
    limits.queued_bytes = 19;
    queue.emplace(limits, 1);
    const auto refused = [this] {
        return try_to_push(call(), codec::SyncRequest{"/a"}).error == ClientErrc::queue_full;
    };
    const auto first = push();  // 19 bytes
    EXPECT_TRUE(refused());
    EXPECT_TRUE(queue->cancel(first).request);
    auto once = call();
    once.resend = Resend::unsent;
    push(once);
    send();
    push();
    EXPECT_TRUE(refused());
    send();
    EXPECT_TRUE(refused()) << "the second one is kept";
    EXPECT_TRUE(take_reply(*queue, 2).has_value());
    EXPECT_TRUE(refused());
    EXPECT_TRUE(take_reply(*queue, 3).has_value());
    EXPECT_FALSE(refused());
}

// With a linear removal for each request this would move 10^12 bytes.
TEST_F(RequestQueueTest, AFullQueueCanBeWithdrawnOneByOne) {
    constexpr int count = 100'000;
    std::vector<RequestId> ids;
    const std::string path = "/" + std::string(200, 'x');
    for (int i = 0; i < count; ++i) {
        auto timed = call();
        timed.deadline = TimePoint(1h) + milliseconds(i);
        ids.push_back(push(timed, path));
    }
    EXPECT_EQ(queue->expired(TimePoint(2h)), ids.front());
    for (const auto id : ids) {
        if (id % 1000 != 0) {
            EXPECT_TRUE(queue->cancel(id).request);
        }
    }
    EXPECT_EQ(queue->size(), 100U);
    const auto frames = send();
    ASSERT_EQ(frames.size(), 100U);
    EXPECT_EQ(frames.back(), "100000 " + path);
}

// An unknown xid costs a search, not a scan of all requests in flight.
TEST_F(RequestQueueTest, UnknownXidsAreCheapToRecognise) {
    for (int i = 0; i < 100'000; ++i) {
        push();
    }
    send();
    for (std::int32_t i = 0; i < 100'000; ++i) {
        EXPECT_FALSE(queue->is_awaiting_reply(200'000 + i));
    }
}

// Each removal of one-shot watches asks whether a lasting one will be set on its path.
TEST_F(RequestQueueTest, WatchesOfOtherKindsAreNotSearched) {
    auto watching = call();
    watching.watcher = detail::make_ref<AnyOwner>();
    watching.watch_kind = WatchKind::data;
    watching.watch_path = "/a";
    for (int i = 0; i < 100'000; ++i) {
        push(watching);
    }
    for (int i = 0; i < 100'000; ++i) {
        EXPECT_FALSE(queue->will_watch(lasting_kinds, "/a"));
    }
    EXPECT_TRUE(queue->will_watch(data_kinds, "/a"));
    EXPECT_FALSE(queue->will_watch(data_kinds, "/b"));
    watching.watch_kind = WatchKind::recursive;
    const auto id = push(watching);
    EXPECT_TRUE(queue->will_watch(lasting_kinds, "/a"));
    EXPECT_TRUE(queue->cancel(id).request);
    EXPECT_FALSE(queue->will_watch(lasting_kinds, "/a"));
}

}  // namespace
}  // namespace kazoo::session
