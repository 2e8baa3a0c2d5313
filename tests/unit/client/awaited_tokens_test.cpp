// SPDX-License-Identifier: Apache-2.0
// Boost.Asio's coroutines await results through a completion token: temporaries in such
// expressions.
#include "fake_client.hpp"
#include "support/allocations/allocations.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

// g++ 12 warns if it inlines Boost.Asio's operator new but not the matching delete.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

namespace asio = boost::asio;
using kazoo::AclList;
using kazoo::CallOptions;
using kazoo::CreateOptions;
using kazoo::KazooClient;
using kazoo::NodeData;
using kazoo::WatchedEvent;
using kazoo::Watcher;
using kazoo::testing_support::Delivery;
using kazoo::testing_support::FakeClient;
using kazoo::testing_support::live_allocations;
using namespace std::chrono_literals;

using Owner = std::shared_ptr<const std::string>;

std::string joined(NodeData a, const NodeData& b) {
    return a.data + b.data;
}

asio::awaitable<std::string> tell(FakeClient& zk, const Owner& owner) {
    auto told = co_await zk.create_async(
        "/" + *owner,
        *owner + "!",
        CreateOptions().acl(AclList(1, kazoo::make_acl("ip", *owner, 1))),
        CallOptions().timeout(1min).stop_token(std::stop_source().get_token())
    )(asio::use_awaitable);
    const Watcher watch([owner, &told](const WatchedEvent&) { told += " told"; });
    auto [text, stat] = co_await zk.get_async("/b" + *owner, watch)(asio::use_awaitable);
    told += text + std::to_string(stat.version);
    told += (co_await zk.get_async("/c" + *owner)(asio::use_awaitable)).data;
    told += joined(
        co_await zk.get_async("/d")(asio::use_awaitable),
        co_await zk.get_async("/e" + *owner)(asio::use_awaitable)
    );
    co_return told;
}

asio::awaitable<std::string> tell(KazooClient& zk, const Owner& owner) {
    const Watcher watch([owner](const WatchedEvent&) {});
    const auto node =
        co_await zk.get_async("/" + *owner, watch, CallOptions().timeout(1min))(asio::use_awaitable
        );
    co_return node.data;
}

/// What the coroutine returned or threw.
struct Outcome {
    std::string value;
    std::exception_ptr error;
};

template <class Meanwhile>
Outcome run(asio::io_context& loop, asio::awaitable<std::string> told, Meanwhile meanwhile) {
    Outcome outcome;
    asio::co_spawn(loop, std::move(told), [&](std::exception_ptr error, std::string value) {
        outcome = {std::move(value), std::move(error)};
    });
    while (loop.run_one() > 0) meanwhile();
    return outcome;
}

void tell_with_fake(Delivery delivery) {
    const auto owner = std::make_shared<const std::string>(60, 't');
    const auto& t = *owner;
    {
        asio::io_context loop;
        FakeClient zk(delivery);
        const auto outcome = run(loop, tell(zk, owner), [&] { zk.deliver(); });
        EXPECT_EQ(outcome.error, nullptr);
        EXPECT_EQ(
            outcome.value,
            "/" + t + "=" + t + "! " + t + " tolddata of /b" + t + "0data of /c" + t +
                "data of /ddata of /e" + t
        );
    }
    EXPECT_EQ(owner.use_count(), 1);
}

void tell_with_client_never_started() {
    const auto owner = std::make_shared<const std::string>(60, 't');
    {
        asio::io_context loop;
        KazooClient zk;
        const auto outcome = run(loop, tell(zk, owner), [] {});
        EXPECT_EQ(kazoo::error_from(outcome.error).code(), kazoo::ClientErrc::connection_closed);
    }
    EXPECT_EQ(owner.use_count(), 1);
}

template <class Tell>
void expect_balance(Tell tell) {
    tell();  // makes the one-time allocations
    const auto before = live_allocations();
    tell();
    EXPECT_EQ(live_allocations(), before);
}

TEST(AwaitedTokens, KeepTheirTemporariesOnceWithReadyResults) {
    expect_balance([] { tell_with_fake(Delivery::at_once); });
}

TEST(AwaitedTokens, KeepTheirTemporariesOnceWhileSuspended) {
    expect_balance([] { tell_with_fake(Delivery::later); });
}

TEST(AwaitedTokens, KeepTheirTemporariesOnceWithErrors) {
    expect_balance(tell_with_client_never_started);
}

}  // namespace
