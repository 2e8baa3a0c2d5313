// SPDX-License-Identifier: Apache-2.0
// Events on their way to the watch functions, on lanes that the test runs.
#include "client/watch_batch.hpp"

#include "queued_lanes.hpp"
#include "session/watch_registry.hpp"
#include "support/allocations/allocations.hpp"

#include <kazoo/watcher.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

using session::WatchKind;
using testing::ElementsAre;
using testing_support::Exposed;
using testing_support::Shortage;
using testing_support::Spared;

class WatchBatchTest : public testing::Test {
protected:
    /// The tasks own the handler.
    void TearDown() override { handler->tasks = {}; }

    void watch(const std::string& path, const std::string& name) {
        watch(path, [this, name](const WatchedEvent& event) {
            called.push_back(name + " " + event.path.value_or("-"));
        });
    }
    template <WatchFunction Function>
    void watch(const std::string& path, Function function) {
        registry.add(WatchKind::data, path, detail::state_of(Watcher(std::move(function))));
    }
    session::WatchFired fire(const std::string& path, std::int64_t zxid = 0) {
        auto watchers = registry.take(EventType::CHANGED, path);
        return {EventType::CHANGED, KeeperState::CONNECTED, zxid, std::move(watchers)};
    }
    /// Returns false if the batch does not take the event.
    bool add(const std::string& path) {
        auto fired = fire(path);
        const bool taken = batch->add(fired, chroot, 0);
        EXPECT_EQ(fired.watchers.empty(), taken);
        return taken;
    }
    void begin(const std::string& path) {
        auto fired = fire(path);
        ASSERT_TRUE(batch->add(fired, chroot, 0));
        batch->dispatch(fired);
    }
    std::size_t run() { return handler->run(Lane::callback, {}); }

    std::shared_ptr<QueuedLanes> handler = std::make_shared<QueuedLanes>();
    session::WatchRegistry registry;
    const Chroot chroot{"/app"};
    detail::RefPtr<WatchBatch> batch = detail::make_ref<WatchBatch>(handler);
    std::vector<std::string> called;
};

TEST_F(WatchBatchTest, EventsThatArriveTogetherAreOneTask) {
    watch("/app/a", "first");
    watch("/app/a", "second");
    watch("/app", "third");
    watch("/other/with-a-path-that-needs-memory-of-its-own", "fourth");
    begin("/app/a");
    EXPECT_TRUE(add("/app"));
    EXPECT_TRUE(add("/other/with-a-path-that-needs-memory-of-its-own"));
    EXPECT_EQ(handler->backlog(), 3U);
    EXPECT_EQ(run(), 1U);
    EXPECT_THAT(
        called,
        ElementsAre(
            "first /a",
            "second /a",
            "third /",
            "fourth /other/with-a-path-that-needs-memory-of-its-own"
        )
    );
    EXPECT_EQ(handler->backlog(), 0U);
    EXPECT_EQ(handler->backlog_bytes(), 0U);
}

TEST_F(WatchBatchTest, AnEventHasItsOwnTypeAndZxid) {
    std::vector<WatchedEvent> events;
    const auto keep = [&](const WatchedEvent& event) { events.push_back(event); };
    watch("/a", keep);
    watch("/b", keep);
    watch("/c", keep);
    auto first = fire("/a", 7);
    ASSERT_TRUE(batch->add(first, chroot, 0));
    batch->dispatch(first);
    ASSERT_TRUE(add("/b"));
    session::WatchFired end{EventType::NONE, KeeperState::CLOSED, 0, registry.take_all()};
    ASSERT_TRUE(batch->add(end, chroot, 0));
    run();
    EXPECT_THAT(
        events,
        ElementsAre(
            WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, "/a", 7),
            WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, "/b"),
            WatchedEvent(EventType::NONE, KeeperState::CLOSED)
        )
    );
}

TEST_F(WatchBatchTest, NothingIsAddedToABatchThatIsOver) {
    watch("/a", "a");
    watch("/b", "b");
    begin("/a");
    run();
    EXPECT_FALSE(add("/b"));
    EXPECT_EQ(handler->backlog(), 0U);
}

TEST_F(WatchBatchTest, ABatchIsLimited) {
    std::size_t taken = 1;
    watch("/0", "0");
    begin("/0");
    for (;; ++taken) {
        const auto path = "/" + std::to_string(taken);
        watch(path, path);
        if (!add(path)) {
            break;
        }
    }
    EXPECT_EQ(taken, WatchBatch::most_events);
    EXPECT_EQ(handler->backlog(), taken);
    run();
    EXPECT_EQ(called.size(), taken);
}

/// A watch function may fire the next event: it is called within the same task, once each.
TEST_F(WatchBatchTest, AnEventMayArriveWhileTheTaskRuns) {
    watch("/a", [this](const WatchedEvent&) {
        watch("/b", "b");
        EXPECT_TRUE(add("/b"));
        called.emplace_back("a");
    });
    begin("/a");
    run();
    EXPECT_THAT(called, ElementsAre("a", "b /b"));
}

TEST_F(WatchBatchTest, AnEventCountsUntilItsFunctionsBegin) {
    std::vector<std::size_t> waiting;
    for (const std::string path : {"/a", "/b", "/c"}) {
        watch(path, [&](const WatchedEvent&) { waiting.push_back(handler->backlog()); });
    }
    begin("/a");
    ASSERT_TRUE(add("/b"));
    ASSERT_TRUE(add("/c"));
    EXPECT_EQ(handler->backlog_bytes(), 6U);
    run();
    EXPECT_THAT(waiting, ElementsAre(2U, 1U, 0U));
}

TEST_F(WatchBatchTest, AnExceptionDoesNotAffectTheOtherFunctions) {
    handler->set_logger(Logger::none());
    watch("/a", [](const WatchedEvent&) { throw 1; });
    watch("/a", "second");
    watch("/b", "third");
    begin("/a");
    ASSERT_TRUE(add("/b"));
    run();
    EXPECT_THAT(called, ElementsAre("second /a", "third /b"));
}

TEST_F(WatchBatchTest, AFunctionIsDestroyedOnTheLaneBeforeTheNextEvent) {
    struct Captured {
        ~Captured() { destroyed->push_back("destroyed"); }
        std::vector<std::string>* destroyed;
    };
    const auto captured = std::make_shared<Captured>(&called);

    registry.add(
        WatchKind::data,
        "/a",
        detail::state_of(Watcher([kept = std::make_shared<Captured>(&called),
                                  this](const WatchedEvent&) { called.emplace_back("called"); }))
    );
    watch("/b", "b");
    begin("/a");
    ASSERT_TRUE(add("/b"));
    run();
    EXPECT_THAT(called, ElementsAre("called", "destroyed", "b /b"));
    called.clear();
}

TEST_F(WatchBatchTest, AFunctionMayReleaseTheBatchAndTheHandler) {
    bool ran = false;
    watch("/a", [&](const WatchedEvent&) {
        batch = {};
        ran = true;
    });
    watch("/b", "b");
    begin("/a");
    ASSERT_TRUE(add("/b"));
    auto tasks = std::exchange(handler->tasks, {});
    std::weak_ptr<QueuedLanes> owned = std::exchange(handler, std::make_shared<QueuedLanes>());
    for (auto& task : tasks[static_cast<std::size_t>(Lane::callback)]) {
        task();
    }
    tasks = {};
    EXPECT_TRUE(ran);
    EXPECT_THAT(called, ElementsAre("b /b"));
    EXPECT_TRUE(owned.expired());
}

TEST_F(WatchBatchTest, ARefusedTaskGivesTheWatchersBack) {
    watch("/a", "a");
    auto fired = fire("/a");
    handler->short_of_memory = true;
    ASSERT_TRUE(batch->add(fired, chroot, 0));
    EXPECT_THROW(batch->dispatch(fired), std::bad_alloc);
    EXPECT_EQ(fired.watchers.size(), 1U);
    EXPECT_EQ(handler->backlog(), 0U);
    EXPECT_EQ(handler->backlog_bytes(), 0U);
    batch = detail::make_ref<WatchBatch>(handler);
    ASSERT_TRUE(batch->add(fired, chroot, 0));
    batch->dispatch(fired);
    run();
    EXPECT_THAT(called, ElementsAre("a /a"));
}

TEST_F(WatchBatchTest, ATaskThatIsDestroyedReleasesTheFunctions) {
    auto captured = std::make_shared<int>(0);
    watch("/a", [captured](const WatchedEvent&) {});
    watch("/b", [captured](const WatchedEvent&) {});
    const std::weak_ptr<int> function = captured;
    captured = nullptr;
    begin("/a");
    ASSERT_TRUE(add("/b"));
    handler->tasks = {};
    batch = {};
    EXPECT_TRUE(function.expired());
}

/// Each allocation of a batch fails once. The event is then added again, as the driver does. The
/// task allocates nothing.
TEST_F(WatchBatchTest, AShortageOfMemoryChangesNothing) {
    const Spared test_itself;
    constexpr int events = 5;
    const auto path_of = [](int i) {
        return "/" + std::string(static_cast<std::size_t>(20 * i), 'x') + "1";
    };
    int calls = 0;
    bool met = true;
    for (long nth = 1; met; ++nth) {
        met = false;
        calls = 0;
        batch = detail::make_ref<WatchBatch>(handler);
        for (int i = 0; i < events; ++i) {
            watch(path_of(i), [&calls](const WatchedEvent&) { ++calls; });
            auto fired = fire(path_of(i));
            const auto added = [&] {
                const Shortage shortage(nth);
                const Exposed code_under_test;
                return batch->add(fired, chroot, 0);
            };
            try {
                ASSERT_TRUE(added());
            } catch (const std::bad_alloc&) {
                met = true;
                ASSERT_EQ(fired.watchers.size(), 1U);
                ASSERT_TRUE(batch->add(fired, chroot, 0));
            }
            if (i == 0) {
                batch->dispatch(fired);
            }
        }
        EXPECT_EQ(handler->backlog(), std::size_t{events});
        auto tasks = std::exchange(handler->tasks, {});
        auto& task = tasks[static_cast<std::size_t>(Lane::callback)].front();
        {
            const Shortage shortage(1, 1'000'000);
            const Exposed code_under_test;
            task();
        }
        EXPECT_EQ(calls, events);
        EXPECT_EQ(handler->backlog_bytes(), 0U);
    }
}

/// For TSan: events are added while the lane, a thread, runs the task.
TEST_F(WatchBatchTest, EventsAreAddedFromAnotherThread) {
    constexpr int events = 20'000;
    int seen = 0;  // used on the lane
    for (int i = 0; i < events; ++i) {
        watch("/" + std::to_string(i), [&seen](const WatchedEvent&) { ++seen; });
    }
    for (int i = 0; i < events;) {
        batch = detail::make_ref<WatchBatch>(handler);
        begin("/" + std::to_string(i++));
        std::thread lane([&] { run(); });
        for (; i < events; ++i) {
            auto fired = fire("/" + std::to_string(i));
            if (!batch->add(fired, chroot, 0)) {
                lane.join();
                batch = detail::make_ref<WatchBatch>(handler);
                ASSERT_TRUE(batch->add(fired, chroot, 0));
                batch->dispatch(fired);
                lane = std::thread([&] { run(); });
            }
        }
        lane.join();
    }
    EXPECT_EQ(seen, events);
    EXPECT_EQ(handler->backlog(), 0U);
}

}  // namespace
}  // namespace kazoo::detail::client
