// SPDX-License-Identifier: Apache-2.0
// A session that one client hands over to another.
#include "support/child_process.hpp"
#include "support/fault_fixture.hpp"

#include <algorithm>

namespace kazoo::testing_support {
namespace {

class Handover : public FaultTest {
protected:
    /// Options for a client that resumes a session and records its watch events.
    ClientOptions resuming(const SessionHandover& session, Recorder<WatchedEvent>& events) {
        return direct().resume(session, recording(events));
    }
    static std::vector<std::string> seen(const Recorder<WatchedEvent>& events) {
        std::vector<std::string> lines;
        for (const auto& event : events.all()) {
            lines.push_back(to_string(event.type) + (" " + event.path.value_or("")));
        }
        std::sort(lines.begin(), lines.end());
        return lines;
    }
};

TEST_P(Handover, TheSessionItsNodesAndItsWatchesGoOn) {
    auto& ended = record<WatchedEvent>();
    auto& events = record<WatchedEvent>();
    StartedClient other(direct());
    other.create("/a");
    other.create("/b");
    KazooClient first(direct());
    first.start(patience);
    const auto session = first.client_id();
    first.create("/mine", "", CreateOptions().ephemeral());
    const auto watcher = recording(ended);
    first.get("/a", watcher);
    first.exists("/absent", watcher);
    first.get_children("/b", watcher);

    const auto left = first.detach();
    EXPECT_EQ(left.session_id(), session->session_id);
    EXPECT_EQ(left.password(), session->password);
    EXPECT_GT(left.timeout(), 0ms);
    EXPECT_EQ(left.watches(ArmedWatch::data), std::vector{chroot() + "/a"});
    EXPECT_EQ(left.watches(ArmedWatch::exists), std::vector{chroot() + "/absent"});
    EXPECT_EQ(left.watches(ArmedWatch::children), std::vector{chroot() + "/b"});
    EXPECT_EQ(ended.all(), (std::vector{WatchedEvent(EventType::NONE, KeeperState::CLOSED)}));

    // Changes while no client has the session.
    other.set("/a", "new");
    other.create("/absent");
    KazooClient second(resuming(left, events));
    auto& changes = record<StateChange>();
    second.add_listener([&](const StateChange& change) { changes.add(change); });
    second.start(patience);
    EXPECT_EQ(second.client_id(), session);
    EXPECT_EQ(second.exists("/mine").value().owner_session_id(), session->session_id)
        << "the ephemeral node belongs to the session";
    ASSERT_TRUE(changes.wait_for(1));
    EXPECT_FALSE(changes.all()[0].new_session);
    other.create("/b/child");  // and one afterwards
    ASSERT_TRUE(events.wait_for(3));
    EXPECT_EQ(
        seen(events), (std::vector<std::string>{"CHANGED /a", "CHILD /b", "CREATED /absent"})
    );
    second.stop();
    EXPECT_FALSE(other.exists("/mine")) << "the second client closes the session";
}

TEST_P(Handover, TheClientThatLeavesIsStoppedAndReportsIt) {
    KazooClient zk(direct());
    auto& changes = record<StateChange>();
    zk.add_listener([&](const StateChange& change) { changes.add(change); });
    zk.start(patience);
    const auto session = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    auto pending = zk.set_async("/mine", "last");
    auto result = zk.detach_async();
    EXPECT_EQ(failure_of(zk.get_async("/mine")).code(), ClientErrc::connection_closed);
    const auto left = result.get(patience);
    EXPECT_EQ(left.session_id(), session->session_id);
    EXPECT_EQ(left.last_zxid(), pending.get(patience).mzxid) << "requests are answered first";
    ASSERT_TRUE(changes.wait_for(2));
    EXPECT_EQ(changes.all()[1].state, LOST);
    EXPECT_EQ(changes.all()[1].keeper_state, KeeperState::CLOSED);
    EXPECT_EQ(changes.all()[1].reason, StateReason::detached);
    EXPECT_EQ(failure_of(zk.detach_async()).code(), ClientErrc::connection_closed);
    zk.stop();

    // A later start begins a session of its own and leaves the other alone.
    zk.start(patience);
    EXPECT_NE(zk.client_id(), session);
    EXPECT_EQ(zk.exists("/mine").value().owner_session_id(), session->session_id);
    zk.stop();
    StartedClient next(direct().resume(left));
    EXPECT_EQ(next.client_id(), session);
    EXPECT_EQ(next.get("/mine").data, "last");
}

TEST_P(Handover, TheDestructorLeavesTheSessionAlone) {
    StartedClient other(direct());
    std::optional<SessionHandover> left;
    {
        StartedClient zk(direct());
        zk.create("/mine", "", CreateOptions().ephemeral());
        left = zk.detach();
    }
    EXPECT_TRUE(other.exists("/mine"));
    StartedClient next(direct().resume(left));
    EXPECT_EQ(next.exists("/mine").value().owner_session_id(), left->session_id());
}

TEST_P(Handover, WhileSuspendedTheSessionIsLeftAtOnce) {
    KazooClient zk(through_proxy());
    StateLog states(zk);
    zk.start(patience);
    zk.create("/mine", "", CreateOptions().ephemeral());
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    const auto waiting = zk.set_async("/mine", "x");
    const auto left = zk.detach();
    const auto failure = failure_of(waiting);
    EXPECT_EQ(failure.code(), Errc::connection_loss);
    EXPECT_EQ(failure.outcome(), Outcome::not_sent);
    StartedClient next(direct().resume(left));
    EXPECT_EQ(next.exists("/mine").value().owner_session_id(), left.session_id());
}

TEST_P(Handover, LastingWatchesGoOnAndCanBeJoined) {
    auto& events = record<WatchedEvent>();
    auto& joined = record<WatchedEvent>();
    StartedClient other(direct());
    other.create("/p");
    other.create("/r");
    StartedClient first(direct());
    const auto ignore = Watcher([](const WatchedEvent&) {});
    const auto persistent = first.add_watch("/p", WatchMode::persistent, ignore);
    const auto recursive = first.add_watch("/r", WatchMode::persistent_recursive, ignore);
    const auto left = first.detach();
    EXPECT_FALSE(recursive.active());
    EXPECT_EQ(left.watches(ArmedWatch::persistent), std::vector{chroot() + "/p"});
    EXPECT_EQ(left.watches(ArmedWatch::persistent_recursive), std::vector{chroot() + "/r"});

    StartedClient second(resuming(left, events));
    ASSERT_TRUE(events.wait_for(2));
    EXPECT_EQ(seen(events), (std::vector<std::string>{"GAP /p", "GAP /r"}));
    second.exists("/p");  // is answered when the watches are registered again
    const auto own = second.add_watch("/r", WatchMode::persistent_recursive, recording(joined));
    other.set("/p", "new");
    other.create("/r/new");
    ASSERT_TRUE(joined.wait_for(1));
    ASSERT_TRUE(events.wait_for(4));
    second.drop_resumed_watches();
    second.sync("/");
    other.set("/p", "newer");
    other.create("/r/newer");
    ASSERT_TRUE(joined.wait_for(2));
    EXPECT_EQ(events.size(), 4U);
    EXPECT_TRUE(own.active());
}

TEST_P(Handover, AnExpiredSessionIsReportedAndANewOneBegins) {
    auto& events = record<WatchedEvent>();
    StartedClient other(direct());
    StartedClient first(direct());
    const auto ignore = Watcher([](const WatchedEvent&) {});
    first.get("/", ignore);
    const auto lasting = first.add_watch("/", WatchMode::persistent, ignore);
    const auto left = first.detach();
    StartedClient(direct().resume(left)).stop();  // closes the session
    KazooClient second(resuming(left, events));
    auto& changes = record<StateChange>();
    second.add_listener([&](const StateChange& change) { changes.add(change); });
    second.start(patience);
    EXPECT_NE(second.session_timeout(), 0ms);
    EXPECT_NE(second.client_id()->session_id, left.session_id());
    ASSERT_TRUE(changes.wait_for(1));
    EXPECT_TRUE(changes.all().back().new_session);
    ASSERT_TRUE(events.wait_for(1));
    for (const auto& event : events.all()) {
        EXPECT_EQ(event.type, EventType::NONE);
    }
}

TEST_P(Handover, WithoutASessionThereIsNothingToHandOver) {
    KazooClient never(direct());
    EXPECT_EQ(failure_of(never.detach_async()).code(), ClientErrc::connection_closed);
    EXPECT_EQ(code_of([&] { never.detach(); }), ClientErrc::connection_closed);
    proxy().cut();
    KazooClient zk(through_proxy());
    zk.start_async();
    EXPECT_EQ(failure_of(zk.detach_async()).code(), Errc::connection_loss);
    proxy().restore();
    zk.start(patience);
    EXPECT_NE(zk.detach().session_id(), 0) << "it has gone on";
}

// Thread sanitizer does not support new threads in the child of a multi-threaded process.
#ifndef __SANITIZE_THREAD__
TEST_P(Handover, AnotherProcessContinuesTheSession) {
    StartedClient other(direct());
    StartedClient first(direct());
    first.create("/mine", "", CreateOptions().ephemeral());
    first.get("/mine", [](const WatchedEvent&) {});
    const auto bytes = first.detach().to_bytes();
    other.set("/mine", "changed meanwhile");
    const auto report = in_forked_child([&](std::string& said) {
        const auto session = SessionHandover::from_bytes(bytes).value();
        Recorder<WatchedEvent> events;
        StartedClient next(ClientOptions()
                               .hosts(shared_server().hosts() + chroot())
                               .resume(session, [&](const WatchedEvent& e) { events.add(e); }));
        const bool same = next.client_id()->session_id == session.session_id();
        said += same ? "the same session; " : "another session; ";
        said += next.exists("/mine") ? "node; " : "no node; ";
        said += events.wait_for(1) ? to_string(events.all()[0].type) : "no event";
        next.stop();
        said += "; ";
    });
    EXPECT_EQ(report, "the same session; node; CHANGED; end");
    EXPECT_FALSE(other.exists("/mine")) << "the child has closed the session";
}
#endif

KAZOO_ON_OWN_HANDLERS(Handover);

}  // namespace
}  // namespace kazoo::testing_support
