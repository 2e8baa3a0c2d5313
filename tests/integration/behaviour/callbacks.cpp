// SPDX-License-Identifier: Apache-2.0
// Functions linked to results, and exceptions that callbacks throw.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>

namespace kazoo::behaviour {
namespace {

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

TEST_P(Callbacks, NothingIsCompletedInsideTheCall) {
    auto& client = make_client(options());  // fails at once: not started
    auto& told = record<std::thread::id>();
    const auto result = client.get_async("/");
    result.rawlink([&](const auto&) { told.add(std::this_thread::get_id()); });
    EXPECT_EQ(failure_of(result).code(), ClientErrc::connection_closed);
    ASSERT_TRUE(told.wait_for(1)) << "callbacks run even if the client is not started";
}

TEST_P(Callbacks, LinksOfSeveralResultsRunResultByResult) {
    auto& order = record<int>();
    const auto first = zk().exists_async("/");
    const auto second = zk().exists_async("/");
    second.rawlink([&](const auto&) { order.add(3); });
    first.rawlink([&](const auto&) { order.add(1); });
    first.rawlink([&](const auto&) { order.add(2); });
    second.rawlink([&](const auto&) { order.add(4); });
    ASSERT_TRUE(order.wait_for(4));
    const auto seen = order.all();
    const auto place = [&](int n) { return std::find(seen.begin(), seen.end(), n); };
    EXPECT_LT(place(1), place(2));
    EXPECT_LT(place(3), place(4));
}

TEST_P(Callbacks, ACallbackMayLinkStartAndUnlink) {
    auto& order = record<std::string>();
    const auto result = zk().exists_async("/");
    result.rawlink([&](auto r) {
        r.rawlink([&](const auto&) { order.add("linked inside"); });
        zk().exists_async("/").rawlink([&](const auto&) { order.add("started inside"); });
        order.add("first");
    });
    ASSERT_TRUE(order.wait_for(3));
    EXPECT_EQ(order.all(), (std::vector<std::string>{"first", "linked inside", "started inside"}));
}

TEST_P(Callbacks, EscapedErrorsOfCallbacksGoToTheLogger) {
    auto& after = record<int>();
    const auto result = zk().exists_async("/");
    result.rawlink([](const auto&) { throw std::runtime_error("first mistake"); });
    result.rawlink([](const auto&) { throw 42; });
    zk().get_async("/absent").rawlink([](AsyncResult<NodeData> absent) { absent.get(); });
    result.rawlink([&](const auto&) { after.add(1); });
    EXPECT_TRUE(after.wait_for(1)) << "later callbacks run";
    EXPECT_TRUE(wait_for_log("completion lane threw first mistake"));
    EXPECT_TRUE(wait_for_log("completion lane threw an object that is not a std::exception"));
    EXPECT_TRUE(wait_for_log("completion lane threw get /absent"));
    EXPECT_TRUE(zk().exists("/"));
}

TEST_P(Callbacks, EscapedErrorsOfWatchFunctionsGoToTheLogger) {
    auto& after = record<int>();
    const Watcher bad([](const WatchedEvent&) { throw std::runtime_error("watch mistake"); });
    const Watcher good([&](const WatchedEvent&) { after.add(1); });
    zk().exists("/a", bad);
    zk().exists("/a", good);
    zk().create("/a");
    EXPECT_TRUE(after.wait_for(1)) << "the node's other watch function is called";
    EXPECT_TRUE(wait_for_log("callback lane threw watch mistake"));
    EXPECT_TRUE(zk().exists("/a"));
}

TEST_P(Callbacks, EscapedErrorsOfListenersGoToTheLogger) {
    auto& after = record<KazooState>();
    auto& client = make_client(options());
    client.add_listener([](KazooState) { throw std::runtime_error("listener mistake"); });
    client.add_listener([&](KazooState state) { after.add(state); });
    client.start(patience);
    EXPECT_TRUE(after.wait_for(1)) << "the other listener is called";
    EXPECT_TRUE(wait_for_log("session lane threw listener mistake"));
    client.stop();
    EXPECT_TRUE(after.wait_for(2));
    EXPECT_TRUE(client.handler()) << "the client is still usable";
}

TEST_P(Callbacks, DroppedResultsKeepTheirCallbacks) {
    auto& told = record<int>();
    zk().create_async("/a").rawlink([&](const auto&) { told.add(1); });
    zk().ensure_path_async("/b/c").rawlink([&](const auto&) { told.add(2); });
    EXPECT_TRUE(told.wait_for(2));
}

TEST_P(Callbacks, CapturesOfACallbackAreReleasedAfterIt) {
    const auto held = std::make_shared<int>(1);
    const auto result = zk().exists_async("/");
    result.rawlink([held](const auto&) {});
    const auto unlinked = zk().exists_async("/");
    EXPECT_TRUE(wait_until([&] { return held.use_count() == 1; }, patience));
    static_cast<void>(unlinked.wait(patience));
}

TEST_P(Callbacks, TheLastHandleMayBeDestroyedInTheCallback) {
    auto& told = record<std::string>();
    auto result = std::make_shared<AsyncResult<bool>>(zk().ensure_path_async("/a/b"));
    result->rawlink([&told, result](const AsyncResult<bool>& ready) mutable {
        *result = {};
        result.reset();
        told.add(ready.get() ? "created" : "was there");
    });
    result.reset();
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_EQ(told.all()[0], "created");
}

TEST_P(Callbacks, UnlinkRemovesALink) {
    Promise<int> promise(handler());
    const auto result = promise.result();
    auto& told = record<std::string>();
    result.rawlink([&](const auto&) { told.add("first"); });
    const auto second = result.rawlink([&](const auto&) { told.add("second"); });
    result.rawlink([&](const auto&) { told.add("third"); });
    EXPECT_TRUE(result.unlink(second));
    EXPECT_FALSE(result.unlink(second)) << "already unlinked";
    promise.set(1);
    ASSERT_TRUE(told.wait_for(2));
    const auto late = result.rawlink([&](const auto&) { told.add("late"); });
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_FALSE(result.unlink(late)) << "it has run";
    EXPECT_EQ(told.all(), (std::vector<std::string>{"first", "third", "late"}));
}

TEST_P(Callbacks, RawlinkTakesAnyCallable) {
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

TEST_P(Callbacks, RawlinkNeverRunsTheCallbackItself) {
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

TEST_P(Callbacks, CallbacksRunInOrderOfLinking) {
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

TEST_P(Callbacks, CallbackLinkedAfterReadinessRunsExactlyOnce) {
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

TEST_P(Callbacks, LinksRacingWithReadinessRunExactlyOnce) {
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

TEST_P(Callbacks, CallbackGetsTheResultItself) {
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

TEST_P(Callbacks, GetInACallbackDoesNotBlock) {
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

}  // namespace kazoo::behaviour
