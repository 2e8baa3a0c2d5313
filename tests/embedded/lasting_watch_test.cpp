// SPDX-License-Identifier: Apache-2.0
// Persistent and recursive watches: when they are set and removed on the server, with faults of
// requests, old servers, and random use.
#include "embedded_fixture.hpp"
#include "support/recorder.hpp"
#include "values/random.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::failure_of;
using testing_support::Recorder;

constexpr auto persistent = WatchMode::persistent;
constexpr auto recursive = WatchMode::persistent_recursive;

Watcher noting(Recorder<std::string>& lines) {
    return Watcher([&lines](const WatchedEvent& event) {
        lines.add(std::string(to_string(event.type)) + " " + event.path.value_or("-"));
    });
}
Watcher nothing() {
    return Watcher([](const WatchedEvent&) {});
}

TEST(LastingWatch, TheLastHandleRemovesTheWatchFromTheServer) {
    Server server;
    StartedClient zk(server.hosts());
    std::vector<WatchHandle> handles;
    for (int i = 0; i < 5; ++i) handles.push_back(zk.add_watch("/a", persistent, nothing()));
    handles.push_back(zk.add_watch("/a", recursive, nothing()));
    EXPECT_EQ(watches_on(zk), 1) << "one path";
    handles.pop_back();
    while (handles.size() > 1) handles.pop_back();
    zk.sync("/");
    EXPECT_EQ(watches_on(zk), 1);
    handles.front().remove();
    EXPECT_EQ(watches_on(zk), 0);
}

TEST(LastingWatch, NoRemovalIsSentBeforeTheReplyToTheRequestThatSetsIt) {
    Server server;
    Recorder<std::string> told;
    StartedClient zk(server.hosts());
    zk.create("/a");
    const auto held = server.inject(Fault::hold().on(Request::add_watch));
    {
        const auto dropped = zk.add_watch_async("/a", persistent, noting(told));
        EXPECT_TRUE(dropped.cancel());
    }
    const auto kept = zk.add_watch_async("/a", persistent, noting(told));
    server.remove(held);
    EXPECT_TRUE(kept.get(patience).active());
    zk.set("/a", "x");
    EXPECT_TRUE(told.wait_for(1));
    EXPECT_EQ(watches_on(zk), 1);
}

TEST(LastingWatch, AHandleThatJoinsDuringTheRemovalHasTheWatchSetAgain) {
    Server server;
    Recorder<std::string> told;
    StartedClient zk(server.hosts());
    zk.create("/a");
    for (auto fault : std::vector{Fault::hold(), Fault::delay(20ms)}) {
        auto first = zk.add_watch("/a", persistent, nothing());
        const auto id = server.inject(fault.on(Request::remove_watches));
        const auto removed = first.remove_async();
        const auto second = zk.add_watch_async("/a", persistent, noting(told));
        EXPECT_FALSE(second.ready());
        server.remove(id);
        EXPECT_TRUE(second.get(patience).active());
        EXPECT_TRUE(removed.wait(patience));
        const auto before = told.size();
        zk.set("/a", "x");
        EXPECT_TRUE(told.wait_for(before + 1));
    }
}

// The caller continues while the client still completes the results of the first request.
TEST(LastingWatch, AHandleThatFollowsADroppedOneGetsTheNextChange) {
    Server server;
    Recorder<std::string> told;
    StartedClient zk(server.hosts());
    zk.create("/a");
    for (std::size_t changes = 1; changes <= 300; ++changes) {
        { const auto dropped = zk.add_watch("/a", persistent, nothing()); }
        const auto handle = zk.add_watch("/a", persistent, noting(told));
        zk.set("/a", "x");
        ASSERT_TRUE(told.wait_for(changes)) << "a change that followed the watch was not reported";
    }
}

TEST(LastingWatch, ALostConnectionDuringTheRemovalRemovesIt) {
    Server server;
    StartedClient zk(server.hosts());
    for (auto fault : std::vector{Fault::drop_before(), Fault::drop_after()}) {
        auto handle = zk.add_watch("/a", persistent, nothing());
        server.inject(fault.on(Request::remove_watches).once());
        handle.remove();
        zk.sync("/");
        EXPECT_EQ(watches_on(zk), 0);
    }
}

TEST(LastingWatch, ALostConnectionDuringTheRequestFailsIt) {
    Server server;
    StartedClient zk(server.hosts());
    for (auto fault : std::vector{Fault::drop_before(), Fault::drop_after()}) {
        server.inject(fault.on(Request::add_watch).once());
        const auto error =
            thrown<ConnectionLoss>([&] { zk.add_watch("/a", persistent, nothing()).remove(); });
        EXPECT_EQ(error.outcome(), Outcome::not_applied);
        EXPECT_TRUE(zk.add_watch("/a", persistent, nothing()).active());
    }
    zk.sync("/");
    EXPECT_TRUE(becomes_true([&] { return watches_on(zk) == 0; }));
}

TEST(LastingWatch, AServerThatDoesNotRemoveItIsAskedAgain) {
    Server server;
    StartedClient zk(server.hosts());
    zk.create("/a");
    auto handle = zk.add_watch("/a", persistent, nothing());
    server.inject(Fault::fail(Errc::throttled_op).on(Request::remove_watches).once());
    EXPECT_THROW(handle.remove(), ThrottledOpError);
    EXPECT_EQ(watches_on(zk), 1);
    zk.set("/a", "an event without a handle");
    EXPECT_TRUE(becomes_true([&] { return watches_on(zk) == 0; }));
}

TEST(LastingWatch, ARemovalThatCannotBeSentFailsAtOnceAndIsTriedAgain) {
    Server server;
    ClientLimits limits;
    limits.requests = 5;
    StartedClient zk(to(server.hosts()).limits(limits));
    zk.create("/a");
    auto handle = zk.add_watch("/a", persistent, nothing());
    const auto held = server.inject(Fault::hold().on(Request::exists));
    std::vector<AsyncResult<std::optional<ZnodeStat>>> filling;
    for (std::size_t i = 0; i < limits.requests; ++i) filling.push_back(zk.exists_async("/a"));
    const auto error = failure_of(handle.remove_async());
    EXPECT_EQ(error.code(), ClientErrc::queue_full);
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    server.remove(held);
    for (const auto& result : filling) EXPECT_TRUE(result.get(patience));
    zk.set("/a", "an event without a handle");
    EXPECT_TRUE(becomes_true([&] { return watches_on(zk) == 0; }));
}

TEST(LastingWatch, ServersThatDoNotRestoreItLoseIt) {
    Server server;
    Recorder<std::string> told;
    StartedClient zk(server.hosts());
    const auto handle = zk.add_watch("/a", persistent, noting(told));
    server.inject(Fault::fail(Errc::marshalling_error).on(Request::set_watches).once());
    server.drop_connections();
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"GAP /a", "WATCH_LOST /a"}));
    EXPECT_FALSE(handle.active());
    const auto again = zk.add_watch("/a", persistent, noting(told));
    zk.create("/a");
    EXPECT_TRUE(told.wait_for(3));
}

TEST(LastingWatch, ServersBefore36SayWhichVersionIsNeeded) {
    Server server(ServerOptions().release(Release::zookeeper_3_5));
    StartedClient zk(server.hosts());
    const auto error =
        thrown<UnimplementedError>([&] { zk.add_watch("/a", persistent, nothing()).remove(); });
    EXPECT_NE(error.message().find("3.6"), std::string::npos) << error.message();
}

TEST(LastingWatch, IsRemovedFromServersBefore39) {
    Server server(ServerOptions().release(Release::zookeeper_3_8));
    Recorder<std::string> told;
    StartedClient zk(server.hosts());
    zk.create("/a");
    for (const auto mode : {persistent, recursive}) {
        for (int i = 0; i < 2; ++i) {
            auto handle = zk.add_watch("/a", mode, noting(told));
            const auto before = told.size();
            zk.set("/a", "x");
            EXPECT_TRUE(told.wait_for(before + 1));
            handle.remove();
            EXPECT_EQ(watches_on(zk), 0);
        }
    }
}

TEST(LastingWatch, ItsEventsHaveTheZxidOfTheChange) {
    Server server;
    Recorder<std::int64_t> zxids;
    StartedClient zk(server.hosts());
    const auto handle = zk.add_watch("/", recursive, [&](const WatchedEvent& event) {
        zxids.add(event.zxid.value_or(-1));
    });
    const auto created = zk.create_with_stat("/a").stat.czxid;
    ASSERT_TRUE(zxids.wait_for(1));
    EXPECT_EQ(zxids.all().front(), created);
}

// Events would fill the memory.
TEST(LastingWatch, EventsThatSlowFunctionsCannotTakeBecomeAGap) {
    Server server;
    Recorder<std::string> told;
    ClientLimits limits;
    limits.requests = 20;
    StartedClient zk(to(server.hosts()).limits(limits));
    StartedClient writer(server.hosts());
    writer.create("/a");
    std::promise<void> released;
    const auto until_released = released.get_future().share();
    const auto slow = zk.add_watch("/a", persistent, [&, until_released](const WatchedEvent& e) {
        until_released.wait();
        told.add(to_string(e.type));
    });
    constexpr std::uint64_t changes = 200;
    for (std::uint64_t i = 0; i < changes; ++i) writer.set("/a", std::to_string(i));
    writer.create("/a/last");
    ASSERT_TRUE(becomes_true([&] { return zk.metrics().watch_events == changes + 1; }));
    // No event arrives after the loss, and the next connection, which has a gap of its own, waits.
    const StateLog states(zk);
    server.handshakes(Handshake::refuse);
    server.drop_connection(zk.session());
    ASSERT_TRUE(states.wait_for(1));
    released.set_value();
    ASSERT_TRUE(becomes_true([&] { return !told.all().empty() && told.all().back() == "GAP"; }));
    EXPECT_LT(told.size(), 40U);
    server.handshakes(Handshake::normal);
    zk.sync("/");  // the watch is set again
    writer.set("/a", "after the gap");
    EXPECT_TRUE(becomes_true([&] { return told.all().back() == "CHANGED"; }));
}

// A function that is slow when the watch ends must not lose what precedes the end.
TEST(LastingWatch, AGapIsReportedBeforeTheEndThatFollowsIt) {
    Server server;
    Recorder<std::string> told;
    std::promise<void> released;
    const auto until_released = released.get_future().share();
    StartedClient zk(server.hosts());
    const StateLog states(zk);
    zk.get("/", [until_released](const WatchedEvent&) { until_released.wait(); });
    const auto handle = zk.add_watch("/a", persistent, noting(told));
    zk.set("/", "keeps the callback lane busy");
    server.drop_connection(zk.session());
    ASSERT_TRUE(states.wait_for(2)) << "SUSPENDED, CONNECTED";
    server.expire_session(zk.session());
    ASSERT_TRUE(states.wait_for(5)) << "SUSPENDED, LOST, CONNECTED";
    released.set_value();
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"GAP /a", "NONE -"}));
}

TEST(LastingWatch, ManyHandlesOfOnePathAreCalledInTheirOrder) {
    constexpr int count = 20'000;
    Server server;
    Recorder<int> order;
    StartedClient zk(server.hosts());
    zk.create("/a");
    std::vector<WatchHandle> handles;
    for (int i = 0; i < count; ++i) {
        handles.push_back(zk.add_watch("/a", persistent, [&order, i](const WatchedEvent&) {
            order.add(i);
        }));
    }
    zk.set("/a", "x");
    ASSERT_TRUE(order.wait_for(count));
    const auto all = order.all();
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    handles.clear();
    zk.sync("/");
    EXPECT_EQ(watches_on(zk), 0);
}

TEST(LastingWatch, ManyPathsAreRemovedWithoutFillingTheQueue) {
    constexpr int count = 3'000;
    ClientLimits limits;
    limits.requests = 2'000;
    Server server;
    StartedClient zk(to(server.hosts()).limits(limits));
    std::vector<WatchHandle> handles;
    for (int i = 0; i < count; ++i) {
        handles.push_back(zk.add_watch("/" + std::to_string(i), persistent, nothing()));
    }
    EXPECT_EQ(watches_on(zk), count);
    handles.clear();
    EXPECT_TRUE(becomes_true([&] { return watches_on(zk) == 0; }));
}

// --- random use ---

/// One client that adds and drops handles at random, against a server with random faults. At the
/// end every handle is called for a change, no other function is, and the server has the watches of
/// the handles only.
class RandomUse {
public:
    explicit RandomUse(std::uint64_t seed)
        : random_(seed),
          server_(short_sessions().max_session_timeout(20'000ms)),
          zk_(to(server_.hosts()).timeout(10s)),
          other_(server_.hosts()) {
        for (const auto& path : paths) other_.create(path);
    }

    void run() {
        for (int i = 0; i < 120; ++i) step();
        server_.clear_faults();
        settle();
        check();
    }

private:
    struct Held {
        std::string path;
        WatchMode mode{};
        std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
        std::optional<AsyncResult<WatchHandle>> added;
        WatchHandle handle;
    };
    static inline const std::vector<std::string> paths{"/a", "/b", "/c"};

    bool one_in(std::uint64_t n) { return random_.below(n) == 0; }

    void step() {
        switch (random_.below(12)) {
            case 0:
                return inject();
            case 1:
                if (one_in(3)) server_.drop_connection(zk_.session());
                return;
            case 2:
                server_.clear_faults();
                return;
            case 3:
                other_.set(paths[random_.below(paths.size())], "x");
                return;
            case 4:
                if (!held_.empty()) zk_.sync_async("/").wait(100ms);
                return;
            case 5:
            case 6:
            case 7:
                return drop();
            default:
                return add();
        }
    }

    void inject() {
        const Request requests[] = {
            Request::add_watch, Request::remove_watches, Request::set_watches};
        const auto request = requests[random_.below(3)];
        switch (random_.below(4)) {
            case 0:
                server_.inject(Fault::drop_before().on(request).once());
                return;
            case 1:
                server_.inject(Fault::drop_after().on(request).once());
                return;
            case 2:
                server_.inject(Fault::delay(5ms).on(request).times(3));
                return;
            default:
                server_.inject(Fault::hold().on(request).once());
        }
    }

    void add() {
        Held held;
        held.path = paths[random_.below(paths.size())];
        held.mode = one_in(2) ? persistent : recursive;
        held.added = zk_.add_watch_async(held.path, held.mode, [calls = held.calls](const auto& e) {
            if (e.type == EventType::CHANGED) ++*calls;
        });
        if (one_in(4)) held.added->wait(20ms);
        held_.push_back(std::move(held));
    }

    void drop() {
        if (held_.empty()) return;
        const auto which = random_.below(held_.size());
        std::swap(held_[which], held_.back());
        auto& held = held_.back();
        if (held.added && held.added->successful() && one_in(2)) {
            take(held);
            if (one_in(2)) static_cast<void>(held.handle.remove_async());
        } else if (held.added && one_in(2)) {
            held.added->cancel();
        }
        dropped_.push_back(held.calls);
        held_.pop_back();
    }

    static void take(Held& held) {
        held.handle = std::move(*held.added).get();
        held.added.reset();
    }

    void settle() {
        std::erase_if(held_, [this](Held& held) {
            if (!held.added) return !held.handle.active();
            if (!held.added->wait(patience)) ADD_FAILURE() << "is never added";
            if (held.added->successful()) {
                take(held);
                return !held.handle.active();
            }
            dropped_.push_back(held.calls);
            return true;
        });
        zk_.retry([this] { return zk_.sync("/"); });
        // All events have arrived. When this one is delivered, the others have been, too.
        zk_.exists("/last", noting(last_event_));
        other_.create("/last");
        EXPECT_TRUE(last_event_.wait_for(1));
    }

    void check() {
        std::map<std::string, int> wanted;
        for (const auto& held : held_) ++wanted[held.path];
        EXPECT_TRUE(becomes_true([&] {
            return watches_on(other_) == static_cast<int>(wanted.size());
        })) << watches_on(other_)
            << " instead of " << wanted.size();
        std::vector<int> before;
        for (const auto& held : held_) before.push_back(*held.calls);
        const auto dropped_calls = [this] {
            int sum = 0;
            for (const auto& calls : dropped_) sum += *calls;
            return sum;
        };
        EXPECT_TRUE(becomes_true([this] {
            return std::all_of(dropped_.begin(), dropped_.end(), [](const auto& calls) {
                return calls.use_count() == 1;
            });
        })) << "a dropped function is not destroyed";
        const auto dropped_before = dropped_calls();
        for (const auto& path : paths) other_.set(path, "last");
        for (std::size_t i = 0; i < held_.size(); ++i) {
            EXPECT_TRUE(becomes_true([&] { return *held_[i].calls == before[i] + 1; }))
                << held_[i].path << ": " << *held_[i].calls - before[i];
        }
        EXPECT_EQ(dropped_calls(), dropped_before);
    }

    base::Random random_;
    Server server_;
    Recorder<std::string> last_event_;
    StartedClient zk_;
    StartedClient other_;
    std::vector<Held> held_;
    std::vector<std::shared_ptr<std::atomic<int>>> dropped_;
};

class LastingWatchRandomUse : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LastingWatchRandomUse, HandlesAndTheServersWatchesAgree) {
    constexpr std::uint64_t runs = 10;
    for (auto seed = GetParam() * runs; seed < (GetParam() + 1) * runs; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomUse(seed).run();
        if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LastingWatchRandomUse, ::testing::Range<std::uint64_t>(1, 5));

}  // namespace
}  // namespace kazoo::embedded_tests
