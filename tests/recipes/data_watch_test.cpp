// SPDX-License-Identifier: Apache-2.0
// DataWatch: its calls, and how they end.
#include "recipe_fixture.hpp"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

namespace kazoo::recipe_tests {
namespace {

using Data = std::optional<std::string>;
using MaybeStat = std::optional<ZnodeStat>;
using MaybeEvent = std::optional<WatchedEvent>;

class DataWatchTest : public RecipeTest {
protected:
    /// Returns a watch that records the data of each call.
    DataWatch recording(const DataWatchOptions& options = DataWatchOptions()) {
        return DataWatch(
            zk(),
            "/a",
            [calls = calls](const Data& data, const MaybeStat&) { calls->add(data); },
            options
        );
    }
    /// Waits until the callback lane has run what is queued on it now, and what that leads to after
    /// one reply of the server.
    void drain_callbacks() {
        for (int round = 0; round < 2; ++round) {
            auto fired = std::make_shared<std::promise<void>>();
            const auto path = "/drain" + std::to_string(++drains_);
            zk().exists(path, Watcher([fired](const WatchedEvent&) { fired->set_value(); }));
            zk().create(path);
            ASSERT_EQ(fired->get_future().wait_for(patience), std::future_status::ready);
        }
    }

    std::shared_ptr<Recorder<Data>> calls = std::make_shared<Recorder<Data>>();

private:
    int drains_ = 0;
};

TEST_P(DataWatchTest, CallsAtOnceAndAfterEveryChange) {
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    watch.first_call().get(patience);
    other().create("/a", "1");
    ASSERT_TRUE(calls->wait_for(2));
    other().set("/a", "2");
    ASSERT_TRUE(calls->wait_for(3));
    other().delete_("/a");
    ASSERT_TRUE(calls->wait_for(4));
    other().create("/a", "3");
    ASSERT_TRUE(calls->wait_for(5));
    EXPECT_EQ(calls->all(), (std::vector<Data>{{}, "1", "2", {}, "3"}));
    EXPECT_EQ(watch.ended(), std::nullopt);
}

TEST_P(DataWatchTest, GivesTheEventThatLedToTheCall) {
    zk().create("/a", std::nullopt);
    auto events = std::make_shared<Recorder<MaybeEvent>>();
    DataWatch watch(zk(), "a/", [=, calls = calls](Data data, MaybeStat stat, MaybeEvent event) {
        events->add(std::move(event));
        calls->add(stat ? data.value_or("null") : "absent");
    });
    ASSERT_TRUE(calls->wait_for(1));
    other().set("/a", "1");
    ASSERT_TRUE(calls->wait_for(2));
    other().delete_("/a");
    ASSERT_TRUE(calls->wait_for(3));
    EXPECT_EQ(calls->all(), (std::vector<Data>{"null", "1", "absent"}));
    const auto seen = events->all();
    ASSERT_EQ(seen.size(), 3);
    EXPECT_FALSE(seen[0]);
    ASSERT_TRUE(seen[1] && seen[2]);
    EXPECT_EQ(seen[1]->type, EventType::CHANGED);
    EXPECT_EQ(seen[1]->path, "/a");
    EXPECT_EQ(seen[2]->type, EventType::DELETED);
}

TEST_P(DataWatchTest, GivesTheWholeNode) {
    zk().create("/a", "1");
    auto changes = std::make_shared<Recorder<DataChange>>();
    const DataWatch watch(zk(), "/a", [changes](const DataChange& change) {
        changes->add(change);
    });
    ASSERT_TRUE(changes->wait_for(1));
    EXPECT_EQ(changes->all()[0].node, zk().get("/a"));
}

TEST_P(DataWatchTest, EndsWhenTheFunctionReturnsFalse) {
    zk().create("/a", "1");
    auto owned = std::make_shared<int>(0);
    const std::weak_ptr<int> captured = owned;
    const DataWatch watch(zk(), "/a", [calls = calls, owned](const Data& data, const MaybeStat&) {
        calls->add(data);
        return data != "2";
    });
    owned = nullptr;
    ASSERT_TRUE(calls->wait_for(1));
    other().set("/a", "2");
    ASSERT_TRUE(becomes(watch, WatchEnd::function));
    EXPECT_TRUE(wait_until([&] { return captured.expired(); }, patience));
    zk().set("/a", "3");
    drain_callbacks();
    EXPECT_EQ(calls->all(), (std::vector<Data>{"1", "2"}));
}

TEST_P(DataWatchTest, MakesNoCallAfterStop) {
    zk().create("/a", "1");
    auto owned = std::make_shared<int>(0);
    const std::weak_ptr<int> captured = owned;
    DataWatch watch(zk(), "/a", [calls = calls, owned](const Data& data, const MaybeStat&) {
        calls->add(data);
    });
    owned = nullptr;
    ASSERT_TRUE(calls->wait_for(1));
    watch.stop();
    EXPECT_TRUE(captured.expired()) << "stop has destroyed the function";
    EXPECT_EQ(watch.ended(), WatchEnd::stopped);
    zk().set("/a", "2");
    drain_callbacks();
    EXPECT_EQ(calls->size(), 1);
    watch.stop();
}

TEST_P(DataWatchTest, StopWaitsForTheCallInProgress) {
    auto entered = std::make_shared<std::promise<void>>();
    auto gate = std::make_shared<std::promise<void>>();
    auto returned = std::make_shared<std::atomic<bool>>(false);
    DataWatch watch(zk(), "/a", [=](const DataChange&) {
        entered->set_value();
        gate->get_future().wait();
        *returned = true;
    });
    ASSERT_EQ(entered->get_future().wait_for(patience), std::future_status::ready);
    auto stopped = std::async(std::launch::async, [&] {
        watch.stop();
        return returned->load();
    });
    ASSERT_TRUE(becomes(watch, WatchEnd::stopped));
    gate->set_value();
    EXPECT_TRUE(stopped.get()) << "stop has returned before the function";
}

TEST_P(DataWatchTest, MayBeDestroyedByItsOwnFunction) {
    auto watch = std::make_shared<std::optional<DataWatch>>();
    auto gate = std::make_shared<std::promise<void>>();
    watch->emplace(zk(), "/a", [=, calls = calls](const Data& data, const MaybeStat&) {
        gate->get_future().wait();
        watch->reset();
        calls->add(data);  // the captures are still valid
    });
    gate->set_value();
    ASSERT_TRUE(calls->wait_for(1));
    other().create("/a");
    drain_callbacks();
    EXPECT_EQ(calls->size(), 1);
}

TEST_P(DataWatchTest, ContinuesAfterAnExceptionWhichIsLogged) {
    zk().create("/a", "1");
    const DataWatch watch(zk(), "/a", [calls = calls](const Data& data, const MaybeStat&) {
        calls->add(data);
        if (data == "1") throw std::runtime_error("the function is broken");
    });
    ASSERT_TRUE(calls->wait_for(1));
    EXPECT_TRUE(wait_for_log("the function is broken"));
    other().set("/a", "2");
    EXPECT_TRUE(calls->wait_for(2));
}

TEST_P(DataWatchTest, ConflatesChangesThatComeTooFast) {
    zk().create("/a", "0");
    auto entered = std::make_shared<std::promise<void>>();
    auto gate = std::make_shared<std::promise<void>>();
    const DataWatch watch(zk(), "/a", [=, calls = calls](const Data& data, const MaybeStat&) {
        calls->add(data);
        if (data == "0") {
            entered->set_value();
            gate->get_future().wait();
        }
    });
    ASSERT_EQ(entered->get_future().wait_for(patience), std::future_status::ready);
    for (int i = 1; i <= 50; ++i) other().set("/a", std::to_string(i));
    gate->set_value();
    ASSERT_TRUE(wait_until([&] { return calls->all().back() == "50"; }, patience));
    EXPECT_EQ(calls->size(), 2);
}

TEST_P(DataWatchTest, LosesNoLastChange) {
    zk().create("/a", "0");
    auto watch = recording();
    for (int i = 1; i <= 200; ++i) other().set("/a", std::to_string(i));
    EXPECT_TRUE(
        wait_until([&] { return calls->size() > 0 && calls->all().back() == "200"; }, patience)
    );
}

TEST_P(DataWatchTest, RejectsAMalformedPath) {
    testing_support::thrown<BadArgumentsError>([&] {
        const DataWatch watch(zk(), "/a/../b", [](const DataChange&) {});
    });
}

TEST_P(DataWatchTest, CanBeMoved) {
    zk().create("/a", "1");
    auto watch = recording();
    ASSERT_TRUE(calls->wait_for(1));
    auto moved = std::move(watch);
    other().set("/a", "2");
    ASSERT_TRUE(calls->wait_for(2));
    moved = DataWatch(zk(), "/b", [](const DataChange&) {});
    other().set("/a", "3");
    drain_callbacks();
    EXPECT_EQ(calls->size(), 2) << "assignment ends the watch that is replaced";
}

KAZOO_ON_EACH_HANDLER(DataWatchTest);

}  // namespace
}  // namespace kazoo::recipe_tests
