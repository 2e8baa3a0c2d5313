// SPDX-License-Identifier: Apache-2.0
// Results: when they are ready, and what they contain.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <functional>
#include <type_traits>

namespace kazoo::behaviour {
namespace {

using Children = std::vector<std::string>;

/// Returns whether the data that it awaits are where the library has decoded them.
AsyncResult<bool> is_moved(AsyncResult<NodeData> reading) {
    const char* decoded = nullptr;
    // The state outlives the link, which runs before the coroutine is resumed.
    static_cast<void>(detail::state_of(reading)->link_direct(
        [&decoded, state = detail::state_of(reading).get()](const detail::ResultStateBase&) {
            decoded = state->value().data.data();
        }
    ));
    const NodeData node = co_await direct(std::move(reading));
    co_return node.data.data() == decoded;
}

}  // namespace

TEST_P(Results, ValueIsMovedIntoACoroutineThatAwaitsItDirectly) {
    auto& client = start_client(proxied());
    client.create("/a", std::string(1000, 'x'));
    proxy().freeze();
    const auto moved = is_moved(client.get_async("/a"));
    const auto kept = client.get_async("/a");
    const auto copied = is_moved(kept);
    proxy().restore();
    EXPECT_TRUE(moved.get(patience));
    EXPECT_FALSE(copied.get(patience));
    EXPECT_EQ(kept.get().data, std::string(1000, 'x'));
}

TEST_P(Results, AsyncResultIsATypeOfItsOwn) {
    zk().create("/a", "data");
    const AsyncResult<NodeData> result = zk().get_async("/a");
    const AsyncResult<NodeData> copy = result;
    EXPECT_EQ(copy, result);
    EXPECT_EQ(copy.get(patience).data, "data");
    EXPECT_EQ(&copy.get(), &result.get()) << "copies share one value";
    EXPECT_NE(result, zk().get_async("/a"));
    EXPECT_FALSE(AsyncResult<NodeData>().valid());
    static_assert(std::is_same_v<AsyncResult<NodeData>::value_type, NodeData>);
}

TEST_P(Results, EveryAsyncMethodReturnsAResultAtOnce) {
    auto& client = start_client(proxied());
    proxy().freeze();
    std::vector<std::function<bool()>> ready;
    const auto keep = [&](auto result) { ready.push_back([result] { return result.ready(); }); };
    const auto taken = time_of([&] {
        keep(client.create_async("/a"));
        keep(client.create_async("/b/c", "", CreateOptions().makepath()));
        keep(client.create_with_stat_async("/d"));
        keep(client.ensure_path_async("/e/f"));
        keep(client.exists_async("/a"));
        keep(client.get_async("/a"));
        keep(client.get_children_async("/a"));
        keep(client.get_children_with_stat_async("/a"));
        keep(client.set_async("/a", "x"));
        keep(client.get_acls_async("/a"));
        keep(client.set_acls_async("/a", open_acl_unsafe()));
        keep(client.sync_async("/a"));
        keep(client.delete_async("/a"));
        keep(client.delete_recursive_async("/b"));
        keep(client.add_auth_async("digest", "user:password"));
        keep(client.command_async());
        keep(client.server_version_async());
    });
    EXPECT_LT(taken, at_once);
    const auto is_ready = [](const auto& f) { return f(); };
    EXPECT_TRUE(std::none_of(ready.begin(), ready.end(), is_ready));
    proxy().restore();
    EXPECT_TRUE(
        wait_until([&] { return std::all_of(ready.begin(), ready.end(), is_ready); }, patience)
    );
}

TEST_P(Results, StartAsyncAloneReturnsAnEvent) {
    auto& client = zk();
    static_assert(std::is_same_v<decltype(client.start_async()), Event>);
    static_assert(std::is_same_v<decltype(client.create_async("")), AsyncResult<std::string>>);
    static_assert(std::is_same_v<
                  decltype(client.exists_async("")),
                  AsyncResult<std::optional<ZnodeStat>>>);
    static_assert(std::is_same_v<decltype(client.get_async("")), AsyncResult<NodeData>>);
    static_assert(std::is_same_v<decltype(client.get_children_async("")), AsyncResult<Children>>);
    static_assert(std::is_same_v<decltype(client.set_async("", "")), AsyncResult<ZnodeStat>>);
    static_assert(std::is_same_v<decltype(client.delete_async("")), AsyncResult<void>>);
    static_assert(std::is_same_v<decltype(client.ensure_path_async("")), AsyncResult<bool>>);
    static_assert(std::is_same_v<decltype(client.sync_async("")), AsyncResult<std::string>>);
    static_assert(std::is_same_v<decltype(client.add_auth_async("", "")), AsyncResult<void>>);
    static_assert(std::is_same_v<decltype(client.command_async()), AsyncResult<std::string>>);
    const Event event = client.start_async();  // already started: returns the same event
    EXPECT_TRUE(event.is_set());
}

TEST_P(Results, ResultReportsWhetherItIsReady) {
    auto& client = start_client(proxied());
    proxy().freeze();
    const auto good = client.exists_async("/");
    const auto bad = client.get_async("/absent");
    EXPECT_FALSE(good.ready());
    EXPECT_FALSE(good.successful());
    EXPECT_EQ(good.value(), nullptr);
    EXPECT_EQ(good.exception(), nullptr);
    EXPECT_FALSE(good.wait(1ms));
    proxy().restore();
    ASSERT_TRUE(good.wait(patience));
    EXPECT_TRUE(good.ready());
    EXPECT_TRUE(good.successful());
    ASSERT_NE(good.value(), nullptr);
    EXPECT_TRUE(good.value()->has_value());
    ASSERT_TRUE(bad.wait(patience));
    EXPECT_TRUE(bad.ready());
    EXPECT_FALSE(bad.successful());
    EXPECT_EQ(bad.value(), nullptr);
    EXPECT_NE(bad.exception(), nullptr);
}

TEST_P(Results, GetThrowsTheTypedError) {
    const auto result = zk().get_async("/absent");
    EXPECT_THROW(result.get(patience), NoNodeError);
    EXPECT_THROW(result.get(), ZookeeperError) << "again, and by its base";
    const auto first = result.exception();
    EXPECT_EQ(first, result.exception()) << "the same object at every call";
    const auto failure = result.result().failure();
    EXPECT_EQ(failure.code(), Errc::no_node);
    EXPECT_EQ(failure.path(), "/absent");
    EXPECT_STREQ(failure.operation(), "get");
    EXPECT_EQ(failure.outcome(), Outcome::not_applied);
}

TEST_P(Results, ExceptionsOfTheExampleHaveTheirNames) {
    static_assert(std::is_same_v<ConnectionLossException, ConnectionLoss>);
    static_assert(std::is_same_v<NoAuthException, NoAuthError>);
    static_assert(std::is_base_of_v<ZookeeperError, ConnectionLossException>);
    static_assert(std::is_base_of_v<ZookeeperError, NoAuthException>);
    static_assert(std::is_base_of_v<KazooException, ZookeeperError>);
    static_assert(std::is_base_of_v<std::exception, KazooException>);

    auto& caught = record<std::string>();
    const auto callback = [&](AsyncResult<Children> result) {
        try {
            caught.add(std::to_string(result.get().size()));
        } catch (const ConnectionLossException&) {
            caught.add("connection lost");
        } catch (const NoAuthException&) {
            caught.add("not allowed");
        }
    };
    auto& client = start_client(proxied());
    const AclList locked{make_digest_acl("a", "b", Permissions::all)};
    client.create("/locked", "", CreateOptions().acl(locked));
    client.get_children_async("/").rawlink(callback);
    client.get_children_async("/locked").rawlink(callback);
    ASSERT_TRUE(caught.wait_for(2));
    proxy().freeze();
    client.get_children_async("/", CallOptions().resend(Resend::nothing)).rawlink(callback);
    proxy().cut();
    ASSERT_TRUE(caught.wait_for(3));
    EXPECT_EQ(caught.all(), (std::vector<std::string>{"1", "not allowed", "connection lost"}));
}

TEST_P(Results, CallsAndLinksReturnAtOnceWithoutAConnectionOrAReply) {
    auto& called = record<std::error_code>();
    const auto call_and_link = [&](KazooClient& client) {
        const auto taken = time_of([&] {
            auto async_obj = client.get_children_async("/");
            async_obj.rawlink([&](auto result) { called.add(result.result().error()); });
        });
        EXPECT_LT(taken, at_once);
    };
    auto& client = start_client(proxied());
    proxy().freeze();
    call_and_link(client);
    EXPECT_EQ(called.size(), 0U);
    proxy().restore();
    ASSERT_TRUE(called.wait_for(1));
    ASSERT_TRUE(cut_off(client));
    call_and_link(client);
    proxy().restore();
    ASSERT_TRUE(called.wait_for(2));
    client.stop();
    call_and_link(client);
    ASSERT_TRUE(called.wait_for(3));
    const std::vector<std::error_code> expected{{}, {}, ClientErrc::connection_closed};
    EXPECT_EQ(called.all(), expected);
}

}  // namespace kazoo::behaviour
