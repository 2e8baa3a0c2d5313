// SPDX-License-Identifier: Apache-2.0
// Transactions in `co_await` expressions: g++ 12 miscompiles some temporaries there. There is no
// server; success is tested by the integration suites.
#include "support/allocations/allocations.hpp"
#include "support/plain_task.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/kazoo.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <string>

// g++ 12 warns if it inlines Boost.Asio's operator new but not the matching delete.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::CallOptions;
using kazoo::ClientErrc;
using kazoo::ClientOptions;
using kazoo::CreateOptions;
using kazoo::Errc;
using kazoo::KazooClient;
using kazoo::testing_support::live_allocations;
using kazoo::testing_support::PlainTask;
using namespace std::chrono_literals;

// Longer than what a string keeps inside itself, so that each temporary owns memory.
const std::string text(60, 't');

AsyncResult<std::size_t> ours(KazooClient& zk) {
    const auto results = co_await zk.transaction()
                             .check("/" + text, 7)
                             .create(
                                 "/a" + text,
                                 "data of " + text,
                                 CreateOptions().ephemeral().acl(kazoo::AclList(
                                     2, kazoo::make_acl("ip", text, kazoo::Permissions::read)
                                 ))
                             )
                             .set_data("/b" + text, text + "!")
                             .delete_("/c" + text)
                             .protect("/m" + text, text, CreateOptions().ttl(1h))
                             .commit_async(CallOptions().timeout(1min));
    const auto reads = co_await zk.multi_read().get("/" + text).get_children(text).read_async();
    co_return results.size() + reads.size();
}

PlainTask plain(KazooClient& zk) {
    const auto results = co_await zk.transaction()
                             .create_with_stat("/a" + text, text + "!")
                             .check("/b" + text, 1)
                             .commit_async(CallOptions().timeout(1min));
    co_await zk.multi_read().get("/" + text + "/a").get_children(text).read_async();
}

asio::awaitable<void> awaitable(KazooClient& zk) {
    co_await zk.transaction()
        .create("/a" + text, text + "!")
        .delete_("/b" + text)
        .commit_async()(asio::use_awaitable);
    co_await zk.multi_read().get("/" + text + "/a").read_async()(asio::use_awaitable);
}

void expect_closed(const kazoo::Error& error) {
    EXPECT_EQ(error.code(), ClientErrc::connection_closed) << error;
}

/// Runs `run` twice. The first run makes one-time allocations; the second one must release
/// everything it allocates.
template <class Run>
void expect_nothing_kept(Run run) {
    run();
    const auto before = live_allocations();
    run();
    EXPECT_EQ(live_allocations(), before);
}

TEST(AwaitedTransactions, AreRefusedByAClientThatWasNeverStarted) {
    expect_nothing_kept([] {
        asio::io_context loop;
        KazooClient zk(ClientOptions().handler(std::make_shared<kazoo::SequentialAsioHandler>(loop))
        );
        expect_closed(kazoo::error_from(ours(zk).exception()));
        const auto task = plain(zk);
        ASSERT_TRUE(task.done());
        expect_closed(kazoo::error_from(task.error()));
        bool ended = false;
        asio::co_spawn(loop, awaitable(zk), [&ended](std::exception_ptr error) {
            ended = true;
            expect_closed(kazoo::error_from(error));
        });
        loop.run();
        EXPECT_TRUE(ended);
    });
}

TEST(AwaitedTransactions, FailWithAClientThatStopsMeanwhile) {
    expect_nothing_kept([] {
        asio::io_context loop;
        KazooClient zk(ClientOptions().handler(std::make_shared<kazoo::SequentialAsioHandler>(loop))
        );
        asio::post(loop, [&] { zk.stop(); });
        zk.start_async();
        const auto first = ours(zk);
        const auto second = plain(zk);
        EXPECT_FALSE(first.ready());
        EXPECT_FALSE(second.done());
        loop.run();
        EXPECT_EQ(kazoo::error_from(first.exception()).code(), Errc::connection_loss);
        ASSERT_TRUE(second.done());
        EXPECT_EQ(kazoo::error_from(second.error()).code(), Errc::connection_loss);
    });
}

TEST(AwaitedTransactions, DestroyTheirTemporariesWhenTheCoroutineIs) {
    expect_nothing_kept([] {
        asio::io_context loop;
        KazooClient zk(ClientOptions().handler(std::make_shared<kazoo::SequentialAsioHandler>(loop))
        );
        asio::post(loop, [&] { zk.stop(); });
        zk.start_async();
        { const auto task = plain(zk); }
        loop.run();
    });
}

}  // namespace
