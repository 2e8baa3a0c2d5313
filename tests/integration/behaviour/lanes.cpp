// SPDX-License-Identifier: Apache-2.0
// The lanes of a handler: the order of callbacks, and what a blocked callback delays.
#include "behaviour/suites.hpp"

#include <atomic>
#include <numeric>
#include <thread>

namespace kazoo::behaviour {
namespace {

/// Detects concurrent calls of pass().
class OverlapDetector {
public:
    void pass() {
        if (++inside_ != 1) overlapped_ = true;
        std::this_thread::yield();
        --inside_;
    }
    [[nodiscard]] bool overlapped() const { return overlapped_; }

private:
    std::atomic<int> inside_{0};
    std::atomic<bool> overlapped_{false};
};

/// Blocks until the event is set; returns at once where blocking would deadlock.
void block_on(const Event& event) {
    try {
        event.wait(patience);
    } catch (const WouldDeadlockError&) {
    }
}

std::vector<int> one_to(int count) {
    std::vector<int> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
}

}  // namespace

TEST_P(Lanes, ThereAreThreeKindsOfCallbacks) {
    auto& events = record<WatchedEvent>();
    auto& completions = record<std::error_code>();
    auto& client = make_client(options());
    auto& states = record_states(client);
    client.start(patience);
    client.create("/a");
    client.get("/a", recording(events));
    client.delete_async("/a").rawlink([&](auto result) { completions.add(result.result().error()); }
    );
    EXPECT_TRUE(states.wait_for(1));
    EXPECT_TRUE(events.wait_for(1));
    EXPECT_TRUE(completions.wait_for(1));
    EXPECT_EQ(states.all()[0], KazooState::CONNECTED);
    EXPECT_EQ(events.all()[0].type, EventType::DELETED);
    EXPECT_FALSE(completions.all()[0]);
}

TEST_P(Lanes, CompletionsKeepTheOrderOfTheCalls) {
    zk().create("/a");
    constexpr int count = 300;
    auto& order = record<int>();
    for (int i = 1; i <= count; ++i) {
        const auto note = [&order, i](const auto&) { order.add(i); };
        switch (i % 4) {
            case 0:
                zk().create_async("/n" + std::to_string(i)).rawlink(note);
                break;
            case 1:
                zk().get_async("/a").rawlink(note);
                break;
            case 2:
                zk().sync_async("/a").rawlink(note);
                break;
            default:
                zk().set_async("/absent", "x").rawlink(note);
        }
    }
    ASSERT_TRUE(order.wait_for(count));
    EXPECT_EQ(order.all(), one_to(count));
}

TEST_P(Lanes, WatchFunctionsKeepTheOrderOfTheEvents) {
    constexpr int count = 100;
    auto& order = record<int>();
    for (int i = 1; i <= count; ++i) {
        zk().exists_async(
                "/n" + std::to_string(i),
                Watcher([&order, i](const WatchedEvent&) { order.add(i); })
        ).wait(patience);
    }
    for (int i = 1; i <= count; ++i) {
        static_cast<void>(root_client().create_async(chroot() + "/n" + std::to_string(i)));
    }
    ASSERT_TRUE(order.wait_for(count));
    EXPECT_EQ(order.all(), one_to(count));
}

TEST_P(Lanes, ListenersKeepTheOrderOfTheStates) {
    auto& client = make_client(proxied());
    auto& states = record_states(client);
    client.start(patience);
    std::vector<KazooState> expected{KazooState::CONNECTED};
    for (int i = 0; i < 3; ++i) {
        proxy().cut();
        ASSERT_TRUE(states.wait_for(expected.size() + 1));
        proxy().restore();
        expected.insert(expected.end(), {KazooState::SUSPENDED, KazooState::CONNECTED});
        ASSERT_TRUE(states.wait_for(expected.size()));
    }
    client.stop();
    expected.push_back(KazooState::LOST);
    ASSERT_TRUE(states.wait_for(expected.size()));
    EXPECT_EQ(states.all(), expected);
}

TEST_P(Lanes, OperationsMayBeStartedInAnyCallback) {
    auto& told = record<std::string>();
    auto& client = make_client(options());
    const auto tell = [&](const char* from) {
        client.exists_async("/").rawlink([&told, from](const auto& result) {
            told.add(result.successful() ? from : "failed");
        });
    };
    client.add_listener([&](KazooState state) {
        if (state == KazooState::CONNECTED) tell("listener");
    });
    client.start(patience);
    ASSERT_TRUE(told.wait_for(1));
    client.exists("/a", Watcher([&](const WatchedEvent&) { tell("watch"); }));
    client.create("/a");
    ASSERT_TRUE(told.wait_for(2));
    client.exists_async("/").rawlink([&](const auto&) { tell("completion"); });
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"listener", "watch", "completion"}));
}

TEST_P(Lanes, ABlockedCompletionDelaysCompletionsOnly) {
    Event release(handler());
    auto& told = record<std::string>();
    auto& client = start_client(proxied());
    client.add_listener([&](KazooState state) { told.add(to_string(state)); });
    client.exists("/a", Watcher([&](const WatchedEvent&) { told.add("watch"); }));
    client.exists_async("/").rawlink([release](const auto&) { block_on(release); });
    client.create("/a");
    EXPECT_TRUE(told.wait_for(1)) << "the watch function is not delayed";
    proxy().cut();
    EXPECT_TRUE(told.wait_for(2)) << "nor are listeners";
    proxy().restore();
    EXPECT_TRUE(told.wait_for(3)) << "nor is the connection";
    EXPECT_TRUE(client.exists("/a")) << "nor are blocking calls elsewhere";
    auto& behind = record<int>();
    client.exists_async("/").rawlink([&](const auto&) { behind.add(1); });
    if (callbacks_may_block()) {
        EXPECT_FALSE(behind.wait_for(1, 50ms)) << "but completions wait for their turn";
    }
    release.set();
    EXPECT_TRUE(behind.wait_for(1));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"watch", "SUSPENDED", "CONNECTED"}));
}

TEST_P(Lanes, ABlockedWatchFunctionDelaysWatchFunctionsOnly) {
    Event release(handler());
    auto& watches = record<std::string>();
    auto& completions = record<int>();
    zk().exists("/a", Watcher([&, release](const WatchedEvent&) {
                    block_on(release);
                    watches.add("first");
                }));
    zk().exists("/b", Watcher([&](const WatchedEvent&) { watches.add("second"); }));
    zk().create_async("/a").rawlink([&](const auto&) { completions.add(1); });
    zk().create_async("/b").rawlink([&](const auto&) { completions.add(2); });
    EXPECT_TRUE(completions.wait_for(2)) << "completions are not delayed";
    if (callbacks_may_block()) {
        EXPECT_FALSE(watches.wait_for(1, 50ms)) << "but watch functions wait for their turn";
    }
    release.set();
    ASSERT_TRUE(watches.wait_for(2));
    EXPECT_EQ(watches.all(), (std::vector<std::string>{"first", "second"}));
}

TEST_P(Lanes, WatchFunctionsDoNotDelayTheSession) {
    Event release(handler());
    auto& client = start_client(proxied());
    const auto session = client.client_id()->session_id;
    auto& told = record<int>();
    client.exists("/a", Watcher([&, release](const WatchedEvent&) {
                      told.add(0);
                      block_on(release);
                      told.add(1);
                  }));
    client.create("/a");
    ASSERT_TRUE(told.wait_for(1));
    ASSERT_TRUE(cut_off(client));
    proxy().restore();
    EXPECT_TRUE(client.start_async().wait(patience)) << "the session is resumed meanwhile";
    EXPECT_EQ(client.client_id()->session_id, session);
    EXPECT_TRUE(client.exists("/a"));
    release.set();
    EXPECT_TRUE(told.wait_for(2));
}

TEST_P(Lanes, EachLaneRunsOneTaskAtATime) {
    auto& client = zk();
    OverlapDetector completions;
    OverlapDetector watches;
    OverlapDetector listeners;
    auto& done = record<int>();
    client.add_listener([&](KazooState) { listeners.pass(); });
    client.add_listener([&](KazooState) { listeners.pass(); });
    constexpr int nodes = 50;
    for (int i = 0; i < nodes; ++i) {
        const auto path = "/n" + std::to_string(i);
        const auto completed = [&](const auto&) {
            completions.pass();
            done.add(0);
        };
        client.create_async(path).rawlink(completed);
        const auto changed = [&](const WatchedEvent&) {
            watches.pass();
            done.add(1);
        };
        client.get_async(path, changed).rawlink(completed);
        client.set_async(path, "x").rawlink(completed);
    }
    ASSERT_TRUE(done.wait_for(4 * nodes));
    client.stop();
    EXPECT_FALSE(completions.overlapped());
    EXPECT_FALSE(watches.overlapped());
    EXPECT_FALSE(listeners.overlapped());
}

}  // namespace kazoo::behaviour
