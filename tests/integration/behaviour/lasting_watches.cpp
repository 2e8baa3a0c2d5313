// SPDX-License-Identifier: Apache-2.0
// Persistent and recursive watches, their streams, and the removal of watches.
#include "behaviour/suites.hpp"
#include "support/wait_until.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::behaviour {
namespace {

using Lines = std::vector<std::string>;

/// A watch function that records events as "CHANGED /a".
Watcher noting(Recorder<std::string>& lines) {
    return Watcher([&lines](const WatchedEvent& event) {
        lines.add(std::string(to_string(event.type)) + " " + event.path.value_or("-"));
    });
}

AsyncResult<void> read_stream(WatchStream& stream, Recorder<std::string>& lines) {
    for (;;) {
        const auto next = stream.next();
        const auto change = co_await next;
        if (!change) break;
        lines.add(std::string(to_string(change->type())) + " " + change->path());
    }
    lines.add("end");
}

}  // namespace

TEST_P(LastingWatches, PersistentOnesReportTheNodeAndItsChildren) {
    auto& told = record<std::string>();
    const auto handle = zk().add_watch("/a", WatchMode::persistent, noting(told));
    EXPECT_TRUE(handle.active());
    zk().create("/a");
    zk().set("/a", "x");
    zk().create("/a/b");
    zk().set("/a/b", "not reported");
    zk().create("/a/b/c");
    zk().delete_("/a/b/c");
    zk().delete_("/a/b");
    zk().delete_("/a");
    ASSERT_TRUE(told.wait_for(5));
    EXPECT_EQ(
        told.all(), (Lines{"CREATED /a", "CHANGED /a", "CHILD /a", "CHILD /a", "DELETED /a"})
    );
}

TEST_P(LastingWatches, RecursiveOnesReportTheWholeSubtree) {
    auto& told = record<std::string>();
    const auto handle = zk().add_watch("/a", WatchMode::persistent_recursive, noting(told));
    zk().create("/a");
    zk().create("/ab");
    zk().create("/a/b");
    zk().create("/a/b/c");
    zk().set("/a/b/c", "x");
    zk().delete_("/a/b/c");
    ASSERT_TRUE(told.wait_for(5));
    zk().get_children("/a");
    EXPECT_EQ(
        told.all(),
        (Lines{"CREATED /a", "CREATED /a/b", "CREATED /a/b/c", "CHANGED /a/b/c", "DELETED /a/b/c"})
    );
}

TEST_P(LastingWatches, EachHandleCallsItsOwnFunction) {
    auto& first = record<std::string>();
    auto& second = record<std::string>();
    zk().create("/a");
    std::optional<WatchHandle> one = zk().add_watch("/a", WatchMode::persistent, noting(first));
    const auto other = zk().add_watch("/a", WatchMode::persistent, noting(second));
    zk().set("/a", "1");
    ASSERT_TRUE(first.wait_for(1));
    ASSERT_TRUE(second.wait_for(1));
    one.reset();
    zk().set("/a", "2");
    ASSERT_TRUE(second.wait_for(2));
    EXPECT_EQ(first.size(), 1U);
}

TEST_P(LastingWatches, ARemovedOneIsNotCalledAndCanBeAddedAgain) {
    auto& told = record<std::string>();
    zk().create("/a");
    auto handle = zk().add_watch("/a", WatchMode::persistent, noting(told));
    handle.remove();
    EXPECT_FALSE(handle.active());
    handle.remove();
    zk().set("/a", "1");
    handle = zk().add_watch("/a", WatchMode::persistent, noting(told));
    zk().set("/a", "2");
    ASSERT_TRUE(told.wait_for(1));
    handle = WatchHandle();
    handle = zk().add_watch("/a", WatchMode::persistent, noting(told));
    zk().set("/a", "3");
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all(), (Lines{"CHANGED /a", "CHANGED /a"}));
}

TEST_P(LastingWatches, MayBeRemovedInTheirOwnFunctions) {
    auto& told = record<std::string>();
    zk().create("/a");
    const auto own = std::make_shared<std::optional<WatchHandle>>();
    *own = zk().add_watch(
        "/a", WatchMode::persistent, Watcher([&told, weak = std::weak_ptr(own)](const auto&) {
            told.add("called");
            if (const auto handle = weak.lock()) handle->reset();
        })
    );
    zk().set("/a", "1");
    ASSERT_TRUE(told.wait_for(1));
    zk().set("/a", "2");
    zk().stop();
    EXPECT_EQ(told.size(), 1U);
}

TEST_P(LastingWatches, AThrowingFunctionAffectsNoOthers) {
    auto& told = record<std::string>();
    zk().create("/a");
    const auto bad = zk().add_watch("/a", WatchMode::persistent, Watcher([](const auto&) {
                                        throw std::runtime_error("oops");
                                    }));
    const auto good = zk().add_watch("/a", WatchMode::persistent, noting(told));
    zk().set("/a", "1");
    EXPECT_TRUE(told.wait_for(1));
    EXPECT_TRUE(wait_for_log("oops"));
}

TEST_P(LastingWatches, AGapPrecedesTheEventsAfterAReconnect) {
    auto& told = record<std::string>();
    auto& client = start_client(proxied());
    client.create("/a");
    client.create("/b");
    const auto persistent = client.add_watch("/a", WatchMode::persistent, noting(told));
    const auto recursive = client.add_watch("/b", WatchMode::persistent_recursive, noting(told));
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    zk().set("/a", "missed");
    proxy().restore();
    ASSERT_TRUE(told.wait_for(2));
    ASSERT_TRUE(client.start_async().wait(patience));
    client.sync("/");  // after the watches
    zk().set("/a", "seen");
    ASSERT_TRUE(told.wait_for(3));
    zk().create("/b/c");
    ASSERT_TRUE(told.wait_for(4));
    EXPECT_EQ(told.all(), (Lines{"GAP /a", "GAP /b", "CHANGED /a", "CREATED /b/c"}));
}

TEST_P(LastingWatches, EndWithTheSession) {
    auto& told = record<std::string>();
    auto& client = start_client(proxied());
    client.create("/a");
    const auto handle = client.add_watch("/a", WatchMode::persistent, noting(told));
    const auto id = *client.client_id();
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    end_session(id);
    proxy().restore();
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_EQ(told.all(), Lines{"NONE -"});
    EXPECT_FALSE(handle.active());
    ASSERT_TRUE(client.start_async().wait(patience));
    const auto again = client.add_watch("/a", WatchMode::persistent, noting(told));
    client.set("/a", "x");
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all(), (Lines{"NONE -", "CHANGED /a"}));
}

TEST_P(LastingWatches, OutliveTheirClient) {
    auto& told = record<std::string>();
    WatchHandle handle;
    AsyncResult<WatchHandle> unanswered;
    {
        KazooClient client(options());
        client.start(patience);
        handle = client.add_watch("/a", WatchMode::persistent, noting(told));
        KazooClient moved(std::move(client));
        moved.create("/a");
        ASSERT_TRUE(told.wait_for(1));
        unanswered = moved.add_watch_async("/b", WatchMode::persistent, noting(told));
    }
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all()[1], "NONE -");
    EXPECT_FALSE(handle.active());
    handle.remove();
    EXPECT_TRUE(unanswered.wait(patience));
    zk().delete_("/a");
}

TEST_P(LastingWatches, WithoutASessionTheyFail) {
    auto& client = make_client(options());
    const auto refused = client.add_watch_async("/a", WatchMode::persistent, [](const auto&) {});
    EXPECT_THROW(refused.get(patience), ConnectionClosedError);
    const auto none = zk().add_watch_async("/a", WatchMode::persistent, Watcher());
    EXPECT_THROW(none.get(patience), BadArgumentsError);
    const auto malformed =
        zk().add_watch_async("/a/../b", WatchMode::persistent, [](const auto&) {});
    EXPECT_THROW(malformed.get(patience), BadArgumentsError);
}

TEST_P(LastingWatches, AreAddedWithinATimeLimitOrNotAtAll) {
    auto& told = record<std::string>();
    auto& client = start_client(proxied());
    client.create("/a");
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    const auto late = client.add_watch_async(
        "/a", WatchMode::persistent, noting(told), CallOptions().timeout(50ms)
    );
    EXPECT_THROW(late.get(patience), OperationTimeoutError);
    const auto cancelled = client.add_watch_async("/a", WatchMode::persistent, noting(told));
    const auto waits = client.add_watch_async("/a", WatchMode::persistent, noting(told));
    EXPECT_TRUE(cancelled.cancel());
    EXPECT_FALSE(cancelled.cancel());
    proxy().restore();
    EXPECT_TRUE(waits.get(patience).active());
    client.set("/a", "x");
    ASSERT_TRUE(told.wait_for(1));
    client.stop();
    EXPECT_EQ(told.all(), (Lines{"CHANGED /a", "NONE -"})) << "of one handle";
}

// --- streams ---

TEST_P(LastingWatches, AStreamReturnsTheChangesInOrder) {
    auto& lines = record<std::string>();
    auto stream = zk().watch_stream("/a", WatchMode::persistent_recursive);
    const auto reader = read_stream(stream, lines);
    std::size_t created = 0;
    for (const auto* path : {"/a", "/a/b", "/a/c"}) {
        zk().create(path);
        ASSERT_TRUE(lines.wait_for(++created));
    }
    EXPECT_EQ(lines.all(), (Lines{"CREATED /a", "CREATED /a/b", "CREATED /a/c"}));
    EXPECT_FALSE(stream.end());
    stream.close();
    EXPECT_TRUE(reader.wait(patience));
    EXPECT_EQ(lines.all().back(), "end");
    EXPECT_FALSE(stream.end());
}

TEST_P(LastingWatches, AStreamCombinesTheChangesOfANode) {
    auto& told = record<std::string>();
    zk().create("/a");
    auto stream = zk().watch_stream("/a", WatchMode::persistent);
    const auto last = zk().add_watch("/a", WatchMode::persistent, noting(told));
    for (int i = 0; i < 5; ++i) zk().set("/a", std::to_string(i));
    zk().create("/a/b");
    zk().delete_("/a/b");
    ASSERT_TRUE(told.wait_for(7));
    const auto change = stream.next().get(patience);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->type(), EventType::CHANGED);
    EXPECT_EQ(change->events(), 5U);
    const auto children = stream.next().get(patience);
    ASSERT_TRUE(children);
    EXPECT_EQ(children->type(), EventType::CHILD);
    EXPECT_EQ(children->events(), 2U);
}

TEST_P(LastingWatches, AStreamThatOverflowsReportsAGap) {
    auto& told = record<std::string>();
    zk().create("/a");
    auto stream =
        zk().watch_stream("/a", WatchMode::persistent_recursive, WatchStreamOptions().limit(3));
    const auto last = zk().add_watch("/a", WatchMode::persistent_recursive, noting(told));
    for (const auto* path : {"/a/1", "/a/2", "/a/3", "/a/4", "/a/5"}) zk().create(path);
    ASSERT_TRUE(told.wait_for(5));
    const auto gap = stream.next().get(patience);
    ASSERT_TRUE(gap);
    EXPECT_TRUE(gap->gap());
    EXPECT_EQ(gap->path(), "/a");
    const auto after = stream.next().get(patience);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->path(), "/a/5");
}

TEST_P(LastingWatches, ACancelledReaderLosesNoChange) {
    zk().create("/a");
    auto stream = zk().watch_stream("/a", WatchMode::persistent);
    auto first = stream.next();
    EXPECT_THROW(stream.next().get(patience), BadArgumentsError) << "one at a time";
    EXPECT_TRUE(first.cancel());
    zk().set("/a", "x");
    const auto change = stream.next().get(patience);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->path(), "/a");
}

TEST_P(LastingWatches, AStreamEndsWithTheSession) {
    auto& lines = record<std::string>();
    auto& client = start_client(options());
    auto stream = client.watch_stream("/a", WatchMode::persistent);
    const auto reader = read_stream(stream, lines);
    client.create("/a");
    client.stop();
    EXPECT_TRUE(lines.wait_for(2));
    EXPECT_EQ(lines.all(), (Lines{"CREATED /a", "end"}));
    ASSERT_TRUE(stream.end());
    EXPECT_EQ(stream.end()->type, EventType::NONE);
}

// --- one-shot watches ---

TEST_P(LastingWatches, OneShotWatchesCanBeRemoved) {
    auto& told = record<std::string>();
    zk().create("/a");
    zk().get("/a", noting(told));
    zk().get_children("/a", noting(told));
    zk().remove_watches("/a", WatchType::data);
    zk().set("/a", "x");
    zk().create("/a/b");
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_EQ(told.all(), Lines{"CHILD /a"});
    EXPECT_EQ(code_of([&] { zk().remove_watches("/a"); }), Errc::no_watcher);
    zk().exists("/c", noting(told));
    zk().get_children("/a", noting(told));
    zk().remove_watches("/c");
    zk().remove_watches("/a");
    zk().create("/c");
    zk().create("/a/c");
    zk().stop();
    EXPECT_EQ(told.size(), 1U);
}

TEST_P(LastingWatches, TheRemovalOfOneShotWatchesSurvivesALostConnection) {
    auto& told = record<std::string>();
    auto& client = start_client(proxied());
    client.create("/a");
    client.get("/a", noting(told));
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    const auto removed = client.remove_watches_async("/a");
    proxy().restore();
    EXPECT_NO_THROW(removed.get(patience));
    client.set("/a", "x");
    client.stop();
    EXPECT_EQ(told.size(), 0U);
}

TEST_P(LastingWatches, TheRemovalOfOneShotWatchesHasATimeLimit) {
    auto& told = record<std::string>();
    auto& client = start_client(proxied());
    client.create("/a");
    client.get("/a", noting(told));
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    const auto late =
        client.remove_watches_async("/a", WatchType::any, CallOptions().timeout(50ms));
    const auto error = failure_of(late);
    EXPECT_EQ(error.code(), Errc::operation_timeout);
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    proxy().restore();
    ASSERT_TRUE(client.start_async().wait(patience));
    client.set("/a", "x");
    ASSERT_TRUE(told.wait_for(1)) << "the watch stays";
}

}  // namespace kazoo::behaviour
