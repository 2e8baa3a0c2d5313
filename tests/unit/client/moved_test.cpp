// SPDX-License-Identifier: Apache-2.0
// Moved clients.
#include <kazoo/kazoo.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace {

using kazoo::ClientOptions;
using kazoo::KazooClient;

static_assert(std::is_nothrow_move_constructible_v<KazooClient>);
static_assert(std::is_nothrow_move_assignable_v<KazooClient>);
static_assert(!std::is_copy_constructible_v<KazooClient>);
static_assert(!std::is_copy_assignable_v<KazooClient>);

KazooClient client_of(const char* hosts) {
    return KazooClient(ClientOptions().hosts(hosts));
}

TEST(ClientMoved, IsTheSameClientElsewhere) {
    auto zk = client_of("a/chroot");
    const auto handler = zk.handler();
    const auto listener = zk.add_listener([](kazoo::KazooState) {});
    KazooClient moved(std::move(zk));
    EXPECT_EQ(moved.handler(), handler);
    EXPECT_EQ(moved.chroot(), "/chroot");
    EXPECT_TRUE(moved.remove_listener(listener));
}

TEST(ClientMoved, LeavesAnAssignableClient) {
    auto zk = client_of("a/chroot");
    const KazooClient moved(std::move(zk));
    zk = client_of("a/other");
    EXPECT_EQ(zk.chroot(), "/other");
    EXPECT_EQ(moved.chroot(), "/chroot");
}

TEST(ClientMoved, LeavesAMovableClient) {
    auto zk = client_of("a/chroot");
    KazooClient moved(std::move(zk));
    const KazooClient nothing(std::move(zk));
    zk = std::move(moved);
    EXPECT_EQ(zk.chroot(), "/chroot");
}

TEST(ClientMoved, AssignmentEndsTheFormerClient) {
    auto zk = client_of("a/chroot");
    const std::weak_ptr<kazoo::Handler> former = zk.handler();
    auto other = client_of("a/other");
    zk = std::move(other);
    EXPECT_EQ(zk.chroot(), "/other");
    EXPECT_TRUE(former.expired());
}

TEST(ClientMoved, AssignmentStopsTheFormerSession) {
    boost::asio::io_context loop;
    KazooClient zk(ClientOptions().handler(std::make_shared<kazoo::SequentialAsioHandler>(loop)));
    auto other = client_of("a/other");
    boost::asio::post(loop, [&] { zk = std::move(other); });  // before the first step of the start
    zk.start_async();
    const auto result = zk.get_async("/a");
    loop.poll();
    ASSERT_TRUE(result.ready());
    EXPECT_EQ(result.result().error(), kazoo::Errc::connection_loss);
    EXPECT_EQ(zk.chroot(), "/other");
}

TEST(ClientMoved, ToItselfChangesNothing) {
    auto zk = client_of("a/chroot");
    auto& same = zk;
    zk = std::move(same);
    EXPECT_EQ(zk.chroot(), "/chroot");
}

}  // namespace
