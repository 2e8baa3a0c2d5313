// SPDX-License-Identifier: Apache-2.0
// A loop that is destroyed with pending coroutines and callbacks, after the client: nothing must be
// left.
#include "support/allocations/allocations.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

// g++ 12 warns if it inlines Boost.Asio's operator new but not the matching delete.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::KazooClient;
using namespace std::chrono_literals;

using Owner = std::shared_ptr<const std::string>;

/// A loop, a client on it, and pending operations when the loop is destroyed.
class LoopDestroyed : public testing::Test {
protected:
    void make() {
        loop.emplace();
        const auto made = std::make_shared<kazoo::SequentialAsioHandler>(*loop);
        handler = made;
        client.emplace(kazoo::ClientOptions().handler(made));
        client->start_async();
    }
    /// Does not wait for the session to close, since the loop no longer runs.
    void end_client() {
        const auto used = handler.lock();
        const kazoo::detail::LaneScope nothing_may_block(*used, kazoo::Lane::session);
        client.reset();
    }
    /// After any number of steps: everything that `wait` creates is gone once the client and then
    /// the loop are destroyed.
    void expect_nothing_left(const std::function<void(KazooClient&, const Owner&)>& wait) {
        for (const int steps : {0, 1, 4}) {
            const auto owner = std::make_shared<const std::string>("owner");
            make();
            wait(*client, owner);
            EXPECT_GT(owner.use_count(), 1);
            for (int i = 0; i < steps; ++i) loop->poll_one();
            end_client();
            loop.reset();
            EXPECT_EQ(owner.use_count(), 1) << steps;
            EXPECT_TRUE(handler.expired()) << steps;
        }
    }

    std::optional<asio::io_context> loop;
    std::weak_ptr<kazoo::Handler> handler;
    std::optional<KazooClient> client;
};

AsyncResult<std::string> ours(KazooClient& zk, Owner owner) {
    const auto named = zk.get_async("/a");  // a result stored in the coroutine frame
    co_return (co_await named).data + *owner;
}
AsyncResult<std::string> ours_of_another(KazooClient& zk, Owner owner) {
    co_return co_await ours(zk, owner) + *owner;
}
AsyncResult<> ours_with_two(KazooClient& zk, Owner owner) {
    co_await kazoo::when_all(zk.get_async("/a"), zk.get_children_async("/b"));
    static_cast<void>(owner);
}
AsyncResult<> ours_asleep(std::shared_ptr<kazoo::Handler> handler, Owner owner) {
    co_await kazoo::sleep_async(handler, 1h);
    static_cast<void>(owner);
}
asio::awaitable<void> asios(KazooClient& zk, Owner owner) {
    co_await zk.get_async("/a")(asio::use_awaitable);
    static_cast<void>(owner);
}

TEST_F(LoopDestroyed, EndsACoroutineThatAwaitsAnOperation) {
    expect_nothing_left([](KazooClient& zk, const Owner& owner) {
        static_cast<void>(ours(zk, owner));
    });
}

TEST_F(LoopDestroyed, EndsCoroutinesThatAwaitOneAnother) {
    expect_nothing_left([](KazooClient& zk, const Owner& owner) {
        static_cast<void>(ours_of_another(zk, owner));
        static_cast<void>(ours_with_two(zk, owner));
    });
}

TEST_F(LoopDestroyed, EndsACoroutineThatSleeps) {
    expect_nothing_left([](KazooClient& zk, const Owner& owner) {
        static_cast<void>(ours_asleep(zk.handler(), owner));
    });
}

TEST_F(LoopDestroyed, EndsCallbacksThatOwnTheirResult) {
    expect_nothing_left([](KazooClient& zk, const Owner& owner) {
        const auto result = zk.get_async("/a");
        result.rawlink([result, owner](const auto&) {});
    });
}

TEST_F(LoopDestroyed, EndsACoroutineOfAsio) {
    expect_nothing_left([this](KazooClient& zk, const Owner& owner) {
        asio::co_spawn(*loop, asios(zk, owner), [](const std::exception_ptr&) {});
    });
}

TEST_F(LoopDestroyed, FailsTheResultOfACoroutine) {
    make();
    const auto result = ours_of_another(*client, std::make_shared<const std::string>("owner"));
    end_client();
    loop.reset();
    ASSERT_TRUE(result.ready());
    EXPECT_FALSE(result.successful());
}

}  // namespace
