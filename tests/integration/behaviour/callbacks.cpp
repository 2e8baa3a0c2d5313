// Results, linked callbacks, and exceptions thrown by callbacks.
#include "behaviour/suites.hpp"
#include "support/wait_until.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>

namespace kazoo::behaviour {

TEST_P(Callbacks, NothingIsCompletedInsideTheCall) {
    auto& client = make_client(options());  // fails at once: not started
    auto& told = record<std::thread::id>();
    const auto result = client.get_async("/");
    result.rawlink([&](const auto&) { told.add(std::this_thread::get_id()); });
    EXPECT_EQ(failure_of(result).code(), ClientErrc::connection_closed);
    ASSERT_TRUE(told.wait_for(1)) << "callbacks run even if the client is not started";
}

TEST_P(Callbacks, CreateIsNotOvertakenByTheNextCall) {
    auto& order = record<std::string>();
    constexpr int rounds = 50;
    for (int i = 0; i < rounds; ++i) {
        const auto path = "/n" + std::to_string(i);
        zk().create_async(path).rawlink([&](const auto&) { order.add("create"); });
        zk().get_async(path).rawlink([&](const auto&) { order.add("get"); });
    }
    ASSERT_TRUE(order.wait_for(2 * rounds));
    const auto seen = order.all();
    for (std::size_t i = 0; i < seen.size(); i += 2) {
        ASSERT_EQ(seen[i], "create") << i;
        ASSERT_EQ(seen[i + 1], "get") << i;
    }
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
    result.rawlink([&](const auto&) { after.add(1); });
    EXPECT_TRUE(after.wait_for(1)) << "later callbacks run";
    EXPECT_TRUE(wait_for_log("completion lane threw first mistake"));
    EXPECT_TRUE(wait_for_log("completion lane threw an object that is not a std::exception"));
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

TEST_P(Callbacks, FirstCompletionOfAPromiseCounts) {
    Promise<int> promise(handler());
    EXPECT_TRUE(promise.set(1));
    EXPECT_FALSE(promise.set(2));
    EXPECT_FALSE(promise.set_exception(std::logic_error("late")));
    EXPECT_EQ(promise.result().get(), 1);
}

TEST_P(Callbacks, ABrokenPromiseCancelsItsResult) {
    AsyncResult<int> result;
    {
        Promise<int> promise(handler());
        result = promise.result();
    }
    EXPECT_THROW(result.get(patience), CancelledError);
}

TEST_P(Callbacks, CancellingAResultNotifiesTheProducerOfItsPromise) {
    Promise<int> promise(handler());
    const auto result = promise.result();
    EXPECT_TRUE(result.cancel());
    EXPECT_FALSE(result.cancel());
    EXPECT_FALSE(promise.set(1));
    EXPECT_EQ(failure_of(result).code(), ClientErrc::cancelled);
}

TEST_P(Callbacks, PromisesWakeWaitingThreads) {
    Promise<> promise(handler());
    auto& woken = record<int>();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i, result = promise.result()] {
            if (result.wait(patience)) woken.add(i);
        });
    }
    promise.set();
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(woken.size(), 4U);
}

}  // namespace kazoo::behaviour
