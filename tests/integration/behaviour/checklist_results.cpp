// Rows 1-4 and 20-26: results and their callbacks.
#include "behaviour/suites.hpp"
#include "support/wait_until.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <type_traits>

namespace kazoo::behaviour {
namespace {

using Children = std::vector<std::string>;

Recorder<std::string>* told_by_function = nullptr;
void free_function(AsyncResult<NodeData> result) {
    told_by_function->add("function " + result.get().data);
}

struct MoveOnlyCallback {
    std::unique_ptr<std::string> name;
    Recorder<std::string>* told;
    void operator()(const AsyncResult<NodeData>&) { told->add(*name); }
};

}  // namespace

TEST_P(Checklist, Row01_AsyncResultIsATypeOfItsOwn) {
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

TEST_P(Checklist, Row02_EveryAsyncMethodReturnsAResultAtOnce) {
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

TEST_P(Checklist, Row03_RawlinkTakesAnyCallable) {
    zk().create("/a", "data");
    auto& told = record<std::string>();
    told_by_function = &told;
    const auto result = zk().get_async("/a");
    result.rawlink(free_function);
    result.rawlink([&](AsyncResult<NodeData>) { told.add("lambda"); });
    result.rawlink(MoveOnlyCallback{std::make_unique<std::string>("functor"), &told});
    const std::function<void(AsyncResult<NodeData>)> function = [&](auto) { told.add("wrapped"); };
    result.rawlink(function);
    ASSERT_TRUE(told.wait_for(4));
    EXPECT_EQ(
        told.all(), (std::vector<std::string>{"function data", "lambda", "functor", "wrapped"})
    );
}

TEST_P(Checklist, Row04_RawlinkNeverRunsTheCallbackItself) {
    zk().create("/a");
    static thread_local bool linking = false;
    auto& inside = record<bool>();
    const auto link = [&](const AsyncResult<NodeData>& result) {
        linking = true;
        result.rawlink([&](AsyncResult<NodeData>) { inside.add(linking); });
        linking = false;
    };
    link(zk().get_async("/a"));
    const auto ready = zk().get_async("/a");
    ready.wait(patience);
    link(ready);
    // Also from a callback, which runs on the lane's own thread.
    ready.rawlink([&](AsyncResult<NodeData> result) { link(result); });
    ASSERT_TRUE(inside.wait_for(3));
    EXPECT_EQ(inside.all(), (std::vector<bool>{false, false, false}));
}

TEST_P(Checklist, Row20_StartAsyncAloneReturnsAnEvent) {
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

TEST_P(Checklist, Row21_ResultReportsWhetherItIsReady) {
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

TEST_P(Checklist, Row22_CallbacksRunInOrderOfLinking) {
    zk().create("/a");
    const auto result = zk().get_async("/a");
    auto& order = record<int>();
    for (int i = 0; i < 100; ++i) {
        result.rawlink([&order, i](AsyncResult<NodeData>) { order.add(i); });
    }
    ASSERT_TRUE(order.wait_for(100));
    const auto seen = order.all();
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_P(Checklist, Row23_CallbackLinkedAfterReadinessRunsExactlyOnce) {
    zk().create("/a");
    const auto result = zk().get_async("/a");
    auto& told = record<std::string>();
    result.rawlink([&](AsyncResult<NodeData>) { told.add("early"); });
    ASSERT_TRUE(told.wait_for(1));
    result.rawlink([&](AsyncResult<NodeData>) { told.add("late"); });
    result.rawlink([&](AsyncResult<NodeData>) { told.add("later"); });
    ASSERT_TRUE(told.wait_for(3));
    // Runs after any repetition of an earlier callback.
    auto& last = record<int>();
    result.rawlink([&](AsyncResult<NodeData>) { last.add(1); });
    ASSERT_TRUE(last.wait_for(1));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"early", "late", "later"}));
}

TEST_P(Checklist, Row23_LinksRacingWithReadinessRunExactlyOnce) {
    zk().create("/a");
    constexpr int rounds = 200;
    std::vector<std::atomic<int>> runs(rounds);
    auto& done = record<int>();
    for (int i = 0; i < rounds; ++i) {
        const auto result = zk().get_async("/a");
        if (i % 2 == 0) std::this_thread::yield();
        result.rawlink([&, i](AsyncResult<NodeData>) {
            ++runs[static_cast<std::size_t>(i)];
            done.add(i);
        });
    }
    ASSERT_TRUE(done.wait_for(rounds));
    zk().stop();  // no callback can run after this
    EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& n) { return n == 1; }));
}

TEST_P(Checklist, Row24_CallbackGetsTheResultItself) {
    zk().create("/a");
    const auto good = zk().get_async("/a");
    const auto bad = zk().get_async("/absent");
    auto& same = record<bool>();
    good.rawlink([&](AsyncResult<NodeData> r) { same.add(r == good && r.value() == good.value()); }
    );
    bad.rawlink([&](AsyncResult<NodeData> r) { same.add(r.exception() == bad.exception()); });
    ASSERT_TRUE(same.wait_for(2));
    EXPECT_EQ(same.all(), (std::vector<bool>{true, true}));
}

TEST_P(Checklist, Row25_GetInACallbackDoesNotBlock) {
    zk().create("/a", "data");
    auto& got = record<std::string>();
    zk().get_async("/a").rawlink([&](AsyncResult<NodeData> r) {
        got.add(r.get().data);
        got.add(r.get(0s).data);
        got.add(r.get_nowait().data);
        got.add(r.result().value().data);
        got.add(r.wait(0s) ? "ready" : "not ready");
    });
    ASSERT_TRUE(got.wait_for(5));
    EXPECT_EQ(got.all(), (std::vector<std::string>{"data", "data", "data", "data", "ready"}));
}

TEST_P(Checklist, Row26_GetThrowsTheTypedError) {
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

}  // namespace kazoo::behaviour
