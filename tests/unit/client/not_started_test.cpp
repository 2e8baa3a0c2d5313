// SPDX-License-Identifier: Apache-2.0
// Clients without a session: never started, or stopped.
#include "loop_client.hpp"
#include "operations.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::CallOptions;
using kazoo::ClientErrc;
using kazoo::ClientOptions;
using kazoo::Errc;
using kazoo::Error;
using kazoo::KazooClient;
using kazoo::Outcome;
using kazoo::testing_support::every_blocking_operation_on;
using kazoo::testing_support::every_operation_on;
using kazoo::testing_support::every_other_operation;
using kazoo::testing_support::LoopClient;
using namespace std::chrono_literals;

/// Expects results that have failed when the call returns and that call back once, from the loop.
class Refusals {
public:
    explicit Refusals(std::error_code code, std::string path = {})
        : code_(code), path_(std::move(path)) {}

    template <class T>
    void operator()(const char* name, const AsyncResult<T>& result) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(result.ready());
        EXPECT_FALSE(result.successful());
        const auto failure = result.result().failure();
        EXPECT_EQ(failure.code(), code_);
        EXPECT_EQ(failure.outcome(), Outcome::not_sent);
        EXPECT_EQ(failure.path(), path_);
        EXPECT_STRNE(failure.operation(), "");
        EXPECT_FALSE(result.cancel());  // already completed
        calls_.push_back(std::make_shared<int>(0));
        result.rawlink([result, count = calls_.back()](const AsyncResult<T>& given) {
            EXPECT_EQ(given, result);
            ++*count;
        });
        EXPECT_EQ(*calls_.back(), 0);
    }

    void expect_told(int times) const {
        for (const auto& count : calls_) EXPECT_EQ(*count, times);
    }
    [[nodiscard]] std::size_t size() const { return calls_.size(); }

private:
    std::error_code code_;
    std::string path_;
    std::vector<std::shared_ptr<int>> calls_;
};

void expect_refusals(LoopClient& client, Refusals& refusals) {
    every_operation_on(client.zk, "/a", {}, refusals);
    client.run();
    refusals.expect_told(1);
    client.run();
    refusals.expect_told(1);
}

TEST(ClientNeverStarted, RefusesEveryOperation) {
    LoopClient client;
    Refusals refusals(ClientErrc::connection_closed, "/a");
    expect_refusals(client, refusals);
    EXPECT_EQ(refusals.size(), 25U);
}

TEST(ClientStopped, RefusesEveryOperation) {
    LoopClient client;
    client.begin();
    client.run();
    Refusals refusals(ClientErrc::connection_closed, "/a");
    expect_refusals(client, refusals);
    EXPECT_EQ(refusals.size(), 25U);
}

void expect_refusals_of_what_has_no_path(LoopClient& client) {
    Refusals unconnected(Errc::connection_loss);
    every_other_operation(client.zk, {}, unconnected);
    Refusals closed(ClientErrc::connection_closed);
    closed("add_auth", client.zk.add_auth_async("digest", "user:password"));
    closed("who_am_i", client.zk.who_am_i_async());
    closed("reconfig", client.zk.reconfig_async("", "1", ""));
    Refusals config(ClientErrc::connection_closed, "/zookeeper/config");
    config("get_config", client.zk.get_config_async());
    client.run();
    config.expect_told(1);
    unconnected.expect_told(1);
    closed.expect_told(1);
}

TEST(ClientNeverStarted, RefusesOperationsWithoutPath) {
    LoopClient client;
    expect_refusals_of_what_has_no_path(client);
}

TEST(ClientStopped, RefusesOperationsWithoutPath) {
    LoopClient client;
    client.begin();
    client.run();
    expect_refusals_of_what_has_no_path(client);
}

TEST(ClientStopped, FailsOperationsThatWaitedForAConnection) {
    LoopClient client;
    client.begin();
    int told = 0;
    std::vector<Error> failures;
    every_operation_on(client.zk, "/a", {}, [&]<class T>(const char*, AsyncResult<T> result) {
        EXPECT_FALSE(result.ready());
        result.rawlink([&](const AsyncResult<T>& given) {
            ++told;
            failures.push_back(given.result().failure());
        });
    });
    EXPECT_EQ(told, 0);
    client.run();
    EXPECT_EQ(told, 25);
    for (const auto& failure : failures) {
        EXPECT_EQ(failure.code(), Errc::connection_loss) << failure;
        EXPECT_EQ(failure.outcome(), Outcome::not_sent) << failure;
        EXPECT_EQ(failure.path(), "/a") << failure;
    }
}

TEST(ClientNeverStarted, ThrowsFromBlockingOperations) {
    KazooClient zk;
    int calls = 0;
    every_blocking_operation_on(zk, "/a", [&](const char* name, auto call) {
        SCOPED_TRACE(name);
        EXPECT_THROW(call(), kazoo::ConnectionClosedError);
        ++calls;
    });
    EXPECT_EQ(calls, 19);
    EXPECT_THROW(zk.add_auth("digest", "user:password"), kazoo::ConnectionClosedError);
    EXPECT_THROW(zk.command(), kazoo::ConnectionLoss);
    EXPECT_THROW(zk.server_version(), kazoo::ConnectionLoss);
}

TEST(ClientStopped, ThrowsFromBlockingOperations) {
    LoopClient client;
    client.begin();
    client.run();
    every_blocking_operation_on(client.zk, "/a", [](const char* name, auto call) {
        SCOPED_TRACE(name);
        EXPECT_THROW(call(), kazoo::SessionExpiredError);  // the base of ConnectionClosedError
    });
    EXPECT_THROW(client.zk.command(), kazoo::ConnectionLoss);
    EXPECT_THROW(client.zk.server_version(), kazoo::ConnectionLoss);
}

TEST(ClientNeverStarted, RefusesMalformedPathsThroughTheResult) {
    LoopClient client;
    Refusals refusals(Errc::bad_arguments, "/a/../b");
    every_operation_on(client.zk, "/a/../b", {}, refusals);
    client.run();
    refusals.expect_told(1);
}

TEST(ClientNeverStarted, ChecksTheOptionsOfTheCallFirst) {
    LoopClient client;
    std::stop_source source;
    source.request_stop();
    Refusals cancelled(ClientErrc::cancelled, "/a");
    every_operation_on(client.zk, "/a", CallOptions().stop_token(source.get_token()), cancelled);
    Refusals late(Errc::operation_timeout, "/a");
    every_operation_on(client.zk, "/a", CallOptions().timeout(0s), late);
    client.run();
    cancelled.expect_told(1);
    late.expect_told(1);
}

TEST(ClientNeverStarted, RefusesOversizedRequests) {
    kazoo::ClientLimits limits;
    limits.request_bytes = 1000;
    LoopClient client(ClientOptions().limits(limits));
    const std::string large(1001, 'x');
    Refusals refusals(ClientErrc::request_too_large, "/a");
    refusals("create", client.zk.create_async("/a", large));
    refusals(
        "create makepath", client.zk.create_async("/a", large, kazoo::CreateOptions().makepath())
    );
    refusals("set", client.zk.set_async("/a", large));
    client.run();
    refusals.expect_told(1);
}

TEST(ClientNeverStarted, EnsuresTheRootWithoutAServer) {
    KazooClient zk;
    EXPECT_FALSE(zk.ensure_path("/"));
    KazooClient below(ClientOptions().hosts("a/chroot"));
    EXPECT_THROW(below.ensure_path("/"), kazoo::ConnectionClosedError);
}

TEST(ClientNeverStarted, HasNoState) {
    const KazooClient zk;
    EXPECT_FALSE(zk.connected());
    EXPECT_EQ(zk.state(), kazoo::KazooState::LOST);
    EXPECT_EQ(zk.client_state(), kazoo::KeeperState::CLOSED);
    EXPECT_EQ(zk.client_id(), std::nullopt);
    EXPECT_EQ(zk.session_timeout(), 0ms);
    EXPECT_EQ(zk.chroot(), "");
    EXPECT_EQ(zk.handler()->name(), "sequential_threading_handler");
    EXPECT_FALSE(zk.handler()->running());
}

// Not within rawlink: the caller may hold a mutex that the callback needs.
TEST(ClientNeverStarted, RunsCallbacksOnAThreadOfTheHandler) {
    KazooClient zk;
    std::mutex held;
    kazoo::Event ran;
    const std::lock_guard lock(held);
    const auto here = std::this_thread::get_id();
    zk.get_async("/a").rawlink([&](const AsyncResult<kazoo::NodeData>&) {
        EXPECT_NE(std::this_thread::get_id(), here);
        ran.set();
    });
    EXPECT_TRUE(ran.wait(10s));
}

TEST(ClientNeverStarted, StopsAndClosesWithoutEffect) {
    KazooClient zk;
    zk.stop();
    zk.close();
    zk.stop();
    EXPECT_EQ(zk.get_async("/a").result().error(), ClientErrc::connection_closed);
}

TEST(ClientNeverStarted, RemovesAListenerOnce) {
    KazooClient zk;
    const auto listener = zk.add_listener([](kazoo::KazooState) {});
    EXPECT_TRUE(zk.remove_listener(listener));
    EXPECT_FALSE(zk.remove_listener(listener));
}

TEST(ClientConfiguration, IsCheckedByTheConstructor) {
    for (const char* hosts : {"", "a:0", "a:b", "[::1", "a:2181/../b"}) {
        EXPECT_THROW(KazooClient(ClientOptions().hosts(hosts)), kazoo::ConfigurationError) << hosts;
    }
    EXPECT_THROW(KazooClient(ClientOptions().timeout(0ms)), kazoo::ConfigurationError);
    EXPECT_THROW(KazooClient(ClientOptions().close_timeout(-1ms)), kazoo::ConfigurationError);
}

TEST(ClientConfiguration, ChecksNewHosts) {
    KazooClient zk(ClientOptions().hosts("a/chroot"));
    EXPECT_THROW(zk.set_hosts("a:b"), kazoo::ConfigurationError);
    EXPECT_THROW(zk.set_hosts("a/other"), kazoo::ConfigurationError);
    zk.set_hosts("a,b");
    zk.set_hosts("b/chroot");
    EXPECT_EQ(zk.chroot(), "/chroot");
}

}  // namespace
