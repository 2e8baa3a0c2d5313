// SPDX-License-Identifier: Apache-2.0
// One-shot watches.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>

namespace kazoo::behaviour {
namespace {

WatchedEvent event(EventType type, const char* path) {
    return WatchedEvent(type, KeeperState::CONNECTED, path);
}

using Events = std::vector<WatchedEvent>;

/// Calls its client from its destructor, as a user's handle may do.
class CallsInDestructor {
public:
    CallsInDestructor(KazooClient& client, std::atomic<int>& ended)
        : client_(client), ended_(ended) {}
    CallsInDestructor(const CallsInDestructor&) = delete;
    CallsInDestructor& operator=(const CallsInDestructor&) = delete;
    ~CallsInDestructor() {
        static_cast<void>(client_.client_id());
        client_.get_async("/").cancel();
        ++ended_;
    }

private:
    KazooClient& client_;
    std::atomic<int>& ended_;
};

Watcher calling_in_destructor(KazooClient& client, std::atomic<int>& ended) {
    return Watcher([end = std::make_shared<CallsInDestructor>(client, ended)](const WatchedEvent&) {
    });
}

}  // namespace

TEST_P(Watches, OfDataFireOnceForTheNextChange) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    zk().get("/a", recording(told));
    zk().set("/a", "1");
    ASSERT_TRUE(told.wait_for(1));
    zk().set("/a", "2");
    zk().get("/a", recording(told));
    zk().delete_("/a");
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(
        told.all(), (Events{event(EventType::CHANGED, "/a"), event(EventType::DELETED, "/a")})
    );
}

TEST_P(Watches, OfExistenceFireForCreationChangeAndDeletion) {
    auto& told = record<WatchedEvent>();
    const auto watch = [&] { return zk().exists("/a", recording(told)).has_value(); };
    EXPECT_FALSE(watch());
    zk().create("/a");
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_TRUE(watch());
    zk().set("/a", "1");
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_TRUE(watch());
    zk().delete_("/a");
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_EQ(
        told.all(),
        (Events{
            event(EventType::CREATED, "/a"),
            event(EventType::CHANGED, "/a"),
            event(EventType::DELETED, "/a")})
    );
}

TEST_P(Watches, OfChildrenFireForThemAndForDeletion) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    zk().get_children("/a", recording(told));
    zk().set("/a", "data is another matter");
    zk().create("/a/b");
    ASSERT_TRUE(told.wait_for(1));
    zk().get_children_with_stat("/a", recording(told));
    zk().delete_("/a/b");
    ASSERT_TRUE(told.wait_for(2));
    zk().get_children("/a", recording(told));
    zk().delete_("/a");
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_EQ(
        told.all(),
        (Events{
            event(EventType::CHILD, "/a"),
            event(EventType::CHILD, "/a"),
            event(EventType::DELETED, "/a")})
    );
}

TEST_P(Watches, FireAfterTheReplyThatArmedThem) {
    auto& order = record<std::string>();
    zk().create("/a");
    constexpr int rounds = 30;
    for (int i = 0; i < rounds; ++i) {
        const auto read =
            zk().get_async("/a", Watcher([&](const WatchedEvent&) { order.add("watch"); }));
        static_cast<void>(zk().set_async("/a", "x"));
        ASSERT_TRUE(order.wait_for(static_cast<std::size_t>(i) + 1));
        EXPECT_TRUE(read.ready());
    }
}

TEST_P(Watches, OfAFailedCallAreNotArmed) {
    auto& told = record<WatchedEvent>();
    EXPECT_THROW(zk().get("/a", recording(told)), NoNodeError);
    EXPECT_THROW(zk().get_children("/a", recording(told)), NoNodeError);
    zk().create("/a");
    zk().create("/a/b");
    zk().set("/a", "x");
    zk().stop();
    EXPECT_EQ(told.size(), 0U);
}

TEST_P(Watches, OneWatcherFiresOncePerKind) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    const auto watcher = recording(told);
    zk().get("/a", watcher);
    zk().get("/a", watcher);
    zk().exists("/a", watcher);
    zk().set("/a", "x");
    ASSERT_TRUE(told.wait_for(1));
    zk().get("/a", recording(told));
    zk().get("/a", recording(told));  // another watcher
    zk().set("/a", "y");
    ASSERT_TRUE(told.wait_for(3));
    zk().stop();
    EXPECT_EQ(told.size(), 3U);
}

TEST_P(Watches, OneWatcherMayWatchManyNodesAndBothKinds) {
    auto& told = record<WatchedEvent>();
    const auto watcher = recording(told);
    zk().create("/a");
    zk().create("/b");
    zk().get("/a", watcher);
    zk().get("/b", watcher);
    zk().get_children("/a", watcher);
    zk().set("/b", "x");
    ASSERT_TRUE(told.wait_for(1));
    zk().create("/a/c");
    ASSERT_TRUE(told.wait_for(2));
    zk().set("/a", "x");
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_EQ(
        told.all(),
        (Events{
            event(EventType::CHANGED, "/b"),
            event(EventType::CHILD, "/a"),
            event(EventType::CHANGED, "/a")})
    );
}

TEST_P(Watches, AreSetAgainInTheWatchFunction) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    std::function<void(const WatchedEvent&)> again;
    auto& client = zk();
    again = [&told, &client, &again](const WatchedEvent& e) {
        if (e.type == EventType::NONE) return;
        client.get_async("/a", again).rawlink([&told, e](const auto&) { told.add(e); });
    };
    client.get("/a", again);
    for (std::size_t i = 1; i <= 10; ++i) {
        client.set("/a", std::to_string(i));
        ASSERT_TRUE(told.wait_for(i)) << "the watch is set when its result is there";
    }
    client.stop();
    EXPECT_EQ(told.size(), 10U);
}

TEST_P(Watches, AThrowingWatchFunctionAffectsNoOthers) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    zk().get("/a", Watcher([](const WatchedEvent&) { throw std::runtime_error("mistake"); }));
    zk().set("/a", "x");
    EXPECT_TRUE(wait_for_log("mistake"));
    zk().get("/a", recording(told));
    zk().set("/a", "y");
    EXPECT_TRUE(told.wait_for(1));
}

TEST_P(Watches, SurviveAReconnect) {
    auto& told = record<WatchedEvent>();
    auto& client = start_client(proxied());
    client.create("/a");
    client.get("/a", recording(told));
    client.exists("/b", recording(told));
    client.get_children("/", recording(told));
    ASSERT_TRUE(cut_off(client));
    proxy().restore();
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_EQ(told.size(), 0U) << "nothing has happened";
    zk().set("/a", "x");
    ASSERT_TRUE(told.wait_for(1));
    zk().create("/b");
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_EQ(told.all()[0], event(EventType::CHANGED, "/a"));
}

TEST_P(Watches, FireAfterAReconnectForMissedChanges) {
    auto& told = record<std::string>();
    const auto telling = [&](const char* name) {
        return Watcher([&told, name](const WatchedEvent& e) {
            told.add(std::string(name) + " " + to_string(e.type));
        });
    };
    auto& client = start_client(proxied());
    for (const auto* path : {"/changed", "/deleted", "/parent", "/same"}) client.create(path);
    client.get("/changed", telling("changed"));
    client.get("/deleted", telling("deleted"));
    client.exists("/created", telling("created"));
    client.get_children("/parent", telling("parent"));
    client.get("/same", telling("same"));
    ASSERT_TRUE(cut_off(client));
    zk().set("/changed", "x");
    zk().delete_("/deleted");
    zk().create("/created");
    zk().create("/parent/child");
    proxy().restore();
    ASSERT_TRUE(told.wait_for(4));
    client.stop();
    auto seen = told.all();
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(
        seen,
        (std::vector<std::string>{
            "changed CHANGED", "created CREATED", "deleted DELETED", "parent CHILD", "same NONE"})
    );
}

TEST_P(Watches, FireOnceForTheEndOfTheSession) {
    auto& told = record<WatchedEvent>();
    auto& client = start_client(proxied());
    const auto watcher = recording(told);
    client.create("/a");
    client.get("/a", watcher);
    client.get_children("/a", watcher);
    client.exists("/b", watcher);
    const auto id = *client.client_id();
    ASSERT_TRUE(cut_off(client));
    end_session(id);
    proxy().restore();
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_EQ(told.all()[0], WatchedEvent(EventType::NONE, KeeperState::EXPIRED_SESSION));
    ASSERT_TRUE(client.start_async().wait(patience));
    client.set("/a", "x");
    client.stop();
    EXPECT_EQ(told.size(), 1U) << "and are removed";
}

TEST_P(Watches, FireOnceForTheStop) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    zk().get("/a", recording(told));
    zk().stop();
    EXPECT_EQ(told.all(), Events{WatchedEvent(EventType::NONE, KeeperState::CLOSED)});
    zk().start(patience);
    zk().set("/a", "x");
    zk().stop();
    EXPECT_EQ(told.size(), 1U);
}

// A watch function is destroyed without a lock of the library held, whether it was never registered
// or has been called: its captures may call the client.
TEST_P(Watches, MayCallTheClientFromTheirDestructors) {
    std::atomic<int> ended{0};
    const auto destructors_have_run = [&](int count) {
        return wait_until([&] { return ended.load() == count; }, patience);
    };
    auto& client = start_client(proxied());
    EXPECT_THROW(client.get("/none", calling_in_destructor(client, ended)), NoNodeError);
    EXPECT_TRUE(destructors_have_run(1)) << "of a request that failed";

    client.create("/a");
    client.get("/a", calling_in_destructor(client, ended));
    client.set("/a", "x");
    EXPECT_TRUE(destructors_have_run(2)) << "of an event";

    ASSERT_TRUE(cut_off(client));
    EXPECT_TRUE(client.get_async("/a", calling_in_destructor(client, ended)).cancel());
    EXPECT_TRUE(destructors_have_run(3)) << "of a request that was cancelled";
    const auto late =
        client.get_async("/a", calling_in_destructor(client, ended), CallOptions().timeout(50ms));
    EXPECT_EQ(failure_of(late).code(), Errc::operation_timeout);
    EXPECT_TRUE(destructors_have_run(4)) << "of a request that took too long";
    const auto last = client.get_async("/a", calling_in_destructor(client, ended));
    client.stop();
    EXPECT_FALSE(failure_of(last).message().empty());
    EXPECT_TRUE(destructors_have_run(5)) << "of a request that the stop ended";
    proxy().restore();
}

TEST_P(Watches, HaveALimit) {
    ClientLimits limits;
    limits.watches = 3;
    auto& told = record<WatchedEvent>();
    auto& client = start_client(options().limits(limits));
    for (const auto* path : {"/a", "/b", "/c"}) client.exists(path, recording(told));
    EXPECT_THROW(client.exists("/d", recording(told)), TooManyWatchesError);
    EXPECT_FALSE(client.exists("/d")) << "without a watch it goes";
    client.create("/a");
    ASSERT_TRUE(told.wait_for(1));
    client.exists("/d", recording(told));
}

TEST_P(Watches, OfAsynchronousReads) {
    auto& exists_events = record<WatchedEvent>();
    auto& get_events = record<WatchedEvent>();
    auto& children_events = record<WatchedEvent>();
    EXPECT_FALSE(zk().exists_async("/a", recording(exists_events)).get(patience));
    zk().create("/a", "data");
    ASSERT_TRUE(exists_events.wait_for(1));
    EXPECT_EQ(exists_events.all()[0].type, EventType::CREATED);

    const auto node = zk().get_async("/a", recording(get_events)).get(patience);
    EXPECT_EQ(node.data, "data");
    EXPECT_EQ(node.stat, zk().exists_async("/a").get(patience));
    const auto none = zk().get_children_with_stat_async("/a", recording(children_events));
    EXPECT_EQ(none.get(patience).stat, node.stat);
    EXPECT_TRUE(none.get().children.empty());
    zk().create("/a/b");
    zk().set("/a", "new");
    ASSERT_TRUE(children_events.wait_for(1));
    EXPECT_EQ(children_events.all()[0].type, EventType::CHILD);
    ASSERT_TRUE(get_events.wait_for(1));
    EXPECT_EQ(get_events.all()[0].type, EventType::CHANGED);
    EXPECT_EQ(zk().get_children_async("/a").get(patience), std::vector<std::string>{"b"});
}

/// They are delivered in batches. Some nodes have two watches, and some watch functions set the
/// next watch.
TEST_P(Watches, OfOneTransactionFireInItsOrder) {
    constexpr std::size_t count = 300;
    auto& told = record<std::string>();
    auto& again = record<WatchedEvent>();
    const auto path_of = [](std::size_t i) {
        return "/" + std::string(i % 50, 'n') + std::to_string(i);
    };
    std::vector<std::string> expected;
    auto create = zk().transaction();
    auto change = zk().transaction();
    for (std::size_t i = 0; i < count; ++i) {
        create.create(path_of(i));
        change.set_data(path_of(i), "x");
    }
    create.commit();
    std::vector<AsyncResult<NodeData>> reads;
    for (std::size_t i = 0; i < count; ++i) {
        const auto watch = [&, i](const std::string& name) {
            return Watcher([&, i, name](const WatchedEvent& changed) {
                EXPECT_EQ(changed.path, path_of(i));
                told.add(name);
                if (i % 10 == 0) {
                    static_cast<void>(zk().get_async(path_of(i), recording(again)));
                }
            });
        };
        reads.push_back(zk().get_async(path_of(i), watch(std::to_string(i))));
        expected.push_back(std::to_string(i));
        if (i % 3 == 0) {
            reads.push_back(zk().get_async(path_of(i), watch(std::to_string(i) + "-second")));
            expected.push_back(std::to_string(i) + "-second");
        }
    }
    for (const auto& read : reads) {
        read.get(patience);
    }
    change.commit();
    ASSERT_TRUE(told.wait_for(expected.size()));
    EXPECT_EQ(told.all(), expected);
    zk().sync("/");  // behind the reads of the watch functions
    change.commit();
    EXPECT_TRUE(again.wait_for(count / 10));
}

}  // namespace kazoo::behaviour
