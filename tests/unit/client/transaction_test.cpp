// SPDX-License-Identifier: Apache-2.0
// Transactions and multi-reads of clients without a session, and their objects as values.
#include "loop_client.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>

namespace {

using kazoo::AsyncResult;
using kazoo::CallOptions;
using kazoo::ClientErrc;
using kazoo::ClientOptions;
using kazoo::Errc;
using kazoo::Error;
using kazoo::KazooClient;
using kazoo::MultiRead;
using kazoo::MultiReadResults;
using kazoo::Outcome;
using kazoo::Transaction;
using kazoo::TransactionResults;
using kazoo::testing_support::LoopClient;
using namespace std::chrono_literals;

// g++ 12 destroys temporaries of aggregates in `co_await` expressions twice.
static_assert(!std::is_aggregate_v<Transaction> && !std::is_aggregate_v<MultiRead>);
// What a temporary returns does not dangle.
template <class T>
constexpr bool is_value = !std::is_reference_v<T>;
using Temporary = Transaction&&;
static_assert(is_value<decltype(std::declval<Temporary>().create("/a").create_with_stat("/a"))>);
static_assert(is_value<decltype(std::declval<Temporary>().delete_("/a").set_data("/a", ""))>);
static_assert(is_value<decltype(std::declval<Temporary>().check("/a", 1).protect("/m", "id"))>);
static_assert(is_value<decltype(std::declval<MultiRead&&>().get("/a").get_children("/a"))>);

template <class T>
Error failure(const AsyncResult<T>& result) {
    EXPECT_TRUE(result.ready());
    const auto value = result.result();
    return value ? Error() : value.failure();
}

/// The callback of a result that was ready at once runs on the loop, not within rawlink.
template <class T>
void expect_refused(LoopClient& client, const AsyncResult<T>& result, std::error_code code) {
    EXPECT_EQ(failure(result).code(), code) << failure(result);
    EXPECT_EQ(failure(result).outcome(), Outcome::not_sent);
    EXPECT_STRNE(failure(result).operation(), "");
    int calls = 0;
    result.rawlink([&calls](const AsyncResult<T>&) { ++calls; });
    EXPECT_EQ(calls, 0);
    client.run();
    EXPECT_EQ(calls, 1);
}

TEST(TransactionWithoutSession, IsRefused) {
    LoopClient client;
    const auto transaction = client.zk.transaction().create("/a").protect("/m", "id");
    const auto closed = ClientErrc::connection_closed;
    expect_refused(client, transaction.commit_async(), closed);
    expect_refused(client, transaction.applied_async(), closed);
    expect_refused(client, transaction.forget_async(), closed);
    expect_refused(client, client.zk.multi_read().get("/a").read_async(), closed);
    EXPECT_THROW(transaction.commit(), kazoo::ConnectionClosedError);
    EXPECT_THROW(transaction.applied(), kazoo::ConnectionClosedError);
    EXPECT_THROW(transaction.forget(), kazoo::ConnectionClosedError);
    EXPECT_THROW(client.zk.multi_read().get("/a").read(), kazoo::ConnectionClosedError);
}

TEST(TransactionWithoutSession, ChecksTheOptionsOfTheCall) {
    LoopClient client;
    std::stop_source source;
    source.request_stop();
    const auto transaction = client.zk.transaction().create("/a");
    const auto stopped = CallOptions().stop_token(source.get_token());
    expect_refused(client, transaction.commit_async(stopped), ClientErrc::cancelled);
    expect_refused(
        client, transaction.commit_async(CallOptions().timeout(0s)), Errc::operation_timeout
    );
}

TEST(TransactionWithoutSession, MalformedPathsAreRefusedWithTheirPosition) {
    LoopClient client;
    const auto transaction = client.zk.transaction().create("/a").check("/a/../b", 1);
    const auto result = transaction.commit_async();
    expect_refused(client, result, ClientErrc::transaction_failed);
    const auto error = failure(result);
    ASSERT_NE(error.transaction(), nullptr);
    EXPECT_EQ(error.transaction()->index(), 1U);
    EXPECT_EQ(error.path(), "/a/../b");
}

TEST(TransactionWithoutSession, OversizedOnesAreRefused) {
    kazoo::ClientLimits limits;
    limits.request_bytes = 1000;
    LoopClient client(ClientOptions().limits(limits));
    const auto too_large = ClientErrc::request_too_large;
    auto transaction = client.zk.transaction();
    for (int i = 0; i < 3; ++i) transaction.create("/a", std::string(400, 'x'));
    expect_refused(client, transaction.commit_async(), too_large);
}

TEST(TransactionWithoutSession, WithoutOperationsItCompletesAtOnce) {
    LoopClient client;
    const auto result = client.zk.transaction().commit_async();
    ASSERT_TRUE(result.ready());
    EXPECT_TRUE(result.get().empty());
    const auto reads = client.zk.multi_read().read_async();
    ASSERT_TRUE(reads.ready());
    EXPECT_TRUE(reads.get().empty());
    const auto malformed = client.zk.multi_read().get("/..").read_async();
    ASSERT_TRUE(malformed.ready());
    EXPECT_EQ(malformed.get().at(0).error(), Errc::bad_arguments);
    EXPECT_FALSE(client.zk.transaction().protect("/m", "id").commit_async().successful())
        << "its marker is an operation";
}

TEST(TransactionWithoutSession, MarkersNeedProtect) {
    LoopClient client;
    const auto transaction = client.zk.transaction().create("/a");
    expect_refused(client, transaction.applied_async(), Errc::bad_arguments);
    expect_refused(client, transaction.forget_async(), Errc::bad_arguments);
}

TEST(TransactionWithoutSession, WaitsForTheConnectionAndFailsWithTheClient) {
    LoopClient client;
    client.begin();
    const auto commit = client.zk.transaction().create("/a").protect("/m", "id").commit_async();
    const auto read = client.zk.multi_read().get("/a").read_async();
    EXPECT_FALSE(commit.ready());
    EXPECT_FALSE(read.ready());
    client.run();
    EXPECT_EQ(failure(commit).code(), Errc::connection_loss);
    EXPECT_EQ(failure(commit).outcome(), Outcome::not_sent);
    EXPECT_EQ(failure(read).code(), Errc::connection_loss);
    EXPECT_EQ(failure(read).outcome(), Outcome::not_sent);
}

TEST(TransactionWithoutSession, OutlivesItsClient) {
    std::optional<KazooClient> zk(std::in_place);
    auto transaction = zk->transaction().create("/a");
    const auto reads = zk->multi_read().get("/a");
    zk.reset();
    transaction.create("/b");
    EXPECT_EQ(failure(transaction.commit_async()).code(), ClientErrc::connection_closed);
    EXPECT_EQ(failure(reads.read_async()).code(), ClientErrc::connection_closed);
    EXPECT_THROW(transaction.commit(), kazoo::ConnectionClosedError);
}

TEST(TransactionWithoutSession, FollowsAClientThatMoves) {
    boost::asio::io_context loop;
    KazooClient zk(ClientOptions().handler(std::make_shared<kazoo::SequentialAsioHandler>(loop)));
    const auto transaction = zk.transaction().create("/a");
    KazooClient moved(std::move(zk));
    boost::asio::post(loop, [&] { moved.stop(); });
    moved.start_async();
    const auto commit = transaction.commit_async();
    EXPECT_FALSE(commit.ready()) << "waits for the session of the client that took over";
    loop.run();
    EXPECT_EQ(failure(commit).code(), Errc::connection_loss);
}

TEST(TransactionValue, CopiesAreIndependent) {
    KazooClient zk;
    auto first = zk.transaction().create("/a").check("/b", 1);
    auto second = first;
    second.delete_("/c");
    EXPECT_EQ(first.size(), 2U);
    EXPECT_EQ(second.size(), 3U);
    const auto third = std::move(first);
    EXPECT_EQ(third.size(), 2U);
    first = second;
    EXPECT_EQ(first.size(), 3U);
    EXPECT_TRUE(zk.transaction().empty());
    auto reads = zk.multi_read().get("/a");
    const auto copy = reads;
    reads.get_children("/a");
    EXPECT_EQ(copy.size(), 1U);
    EXPECT_EQ(reads.size(), 2U);
}

// A commit in progress uses the operations as they were.
TEST(TransactionValue, ChangesDoNotReachACommitInProgress) {
    LoopClient client;
    client.begin();
    auto transaction = client.zk.transaction().create("/a");
    const auto commit = transaction.commit_async();
    transaction.create("/b").create("/c");
    EXPECT_EQ(transaction.size(), 3U);
    client.run();
    EXPECT_FALSE(commit.successful());
}

}  // namespace
