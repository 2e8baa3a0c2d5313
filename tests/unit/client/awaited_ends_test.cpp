// SPDX-License-Identifier: Apache-2.0
// How an awaited operation ends otherwise: by stop tokens, cancellation and deadlines, in
// coroutines of each type. There is no server; the operations wait for a connection.
#include "loop_client.hpp"
#include "support/loopback.hpp"
#include "support/plain_task.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <stop_token>
#include <string>
#include <system_error>

// g++ 12 warns if it inlines Boost.Asio's operator new but not the matching delete.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::CallOptions;
using kazoo::ClientErrc;
using kazoo::ClientOptions;
using kazoo::KazooClient;
using kazoo::testing_support::LoopClient;
using kazoo::testing_support::PlainTask;
using namespace std::chrono_literals;

/// Two operations, of which the first never succeeds.
AsyncResult<std::string> ours(KazooClient& zk, CallOptions options) {
    const auto node = co_await zk.get_async("/a", {}, options);
    co_return node.data + co_await zk.create_async("/b", node.data, {}, options);
}
PlainTask plain(KazooClient& zk, CallOptions options) {
    co_await zk.get_async("/a", {}, options);
    co_await zk.create_async("/b", "", {}, options);
}
asio::awaitable<void> awaitable(KazooClient& zk, CallOptions options) {
    co_await zk.get_async("/a", {}, options)(asio::use_awaitable);
    co_await zk.create_async("/b", "", {}, options)(asio::use_awaitable);
}

/// Records how an Asio coroutine ended.
class Ended {
public:
    [[nodiscard]] auto handler() {
        return [this](std::exception_ptr error) {
            done = true;
            failure = kazoo::error_from(error);
        };
    }
    bool done = false;
    kazoo::Error failure;
};

void expect_not_sent(const kazoo::Error& failure, std::error_code code) {
    EXPECT_EQ(failure.code(), code) << failure;
    EXPECT_EQ(failure.outcome(), kazoo::Outcome::not_sent) << failure;
    EXPECT_EQ(failure.path(), "/a") << failure;
}

TEST(AwaitedEnds, ByAStopTokenInEachTypeOfCoroutine) {
    LoopClient client;
    std::stop_source source;
    const auto options = CallOptions().stop_token(source.get_token());
    client.begin();
    const auto result = ours(client.zk, options);
    const auto task = plain(client.zk, options);
    Ended ended;
    asio::co_spawn(client.loop, awaitable(client.zk, options), ended.handler());
    source.request_stop();
    EXPECT_FALSE(result.ready());  // resumed only in their loop
    EXPECT_FALSE(task.done());
    client.run();
    ASSERT_TRUE(result.ready() && task.done() && ended.done);
    expect_not_sent(result.result().failure(), ClientErrc::cancelled);
    expect_not_sent(kazoo::error_from(task.error()), ClientErrc::cancelled);
    expect_not_sent(ended.failure, ClientErrc::cancelled);
}

TEST(AwaitedEnds, ByCancellingTheCoroutinesOwnResult) {
    LoopClient client;
    client.begin();
    const auto result = ours(client.zk, {});
    EXPECT_TRUE(result.cancel());
    client.run();
    ASSERT_TRUE(result.ready());
    expect_not_sent(result.result().failure(), ClientErrc::cancelled);
}

TEST(AwaitedEnds, ByAnAsioCancellationSlot) {
    LoopClient client;
    asio::cancellation_signal signal;
    Ended ended;
    client.zk.start_async();
    asio::co_spawn(
        client.loop,
        awaitable(client.zk, {}),
        asio::bind_cancellation_slot(signal.slot(), ended.handler())
    );
    asio::post(client.loop, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    asio::post(client.loop, [&client] { client.zk.stop(); });
    client.run();
    ASSERT_TRUE(ended.done);
    expect_not_sent(ended.failure, ClientErrc::cancelled);
}

/// An address where no server listens.
std::string unreachable_host() {
    return "127.0.0.1:" + std::to_string(kazoo::testing_support::free_port());
}

TEST(AwaitedEnds, ByADeadlineInEachTypeOfCoroutine) {
    LoopClient client(ClientOptions().hosts(unreachable_host()));
    const auto options = CallOptions().timeout(20ms);
    client.zk.start_async();
    const auto result = ours(client.zk, options);
    const auto task = plain(client.zk, options);
    Ended ended;
    asio::co_spawn(client.loop, awaitable(client.zk, options), ended.handler());
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (!(result.ready() && task.done() && ended.done)) {
        client.loop.run_one_until(limit);
        ASSERT_LT(std::chrono::steady_clock::now(), limit);
    }
    expect_not_sent(result.result().failure(), kazoo::Errc::operation_timeout);
    expect_not_sent(kazoo::error_from(task.error()), kazoo::Errc::operation_timeout);
    expect_not_sent(ended.failure, kazoo::Errc::operation_timeout);
    asio::post(client.loop, [&client] { client.zk.stop(); });
    client.run();
}

}  // namespace
