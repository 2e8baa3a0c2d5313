// Rows 39-43: the three kinds of callbacks.
#include "behaviour/suites.hpp"
#include "support/wait_until.hpp"

#include <numeric>

namespace kazoo::behaviour {
namespace {

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

TEST_P(Checklist, Row39_ThereAreThreeKindsOfCallbacks) {
    auto& states = record<KazooState>();
    auto& events = record<WatchedEvent>();
    auto& completions = record<std::error_code>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState state) { states.add(state); });
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

TEST_P(Checklist, Row40_CompletionsKeepTheOrderOfTheCalls) {
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

TEST_P(Checklist, Row40_WatchFunctionsKeepTheOrderOfTheEvents) {
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

TEST_P(Checklist, Row40_ListenersKeepTheOrderOfTheStates) {
    auto& states = record<KazooState>();
    auto& client = make_client(proxied());
    client.add_listener([&](KazooState state) { states.add(state); });
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

TEST_P(Checklist, Row41_OperationsMayBeStartedInAnyCallback) {
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

TEST_P(Checklist, Row41_BlockingInCallbacksWorksOrIsRefusedAtOnce) {
    zk().create("/a", "data");
    auto& told = record<std::error_code>();
    const auto block = [&] {
        EXPECT_LT(
            time_of([&] { told.add(code_of([&] { zk().set("/a", zk().get("/a").data); })); }),
            at_once
        );
    };
    zk().exists_async("/a").rawlink([&](const auto&) { block(); });
    ASSERT_TRUE(told.wait_for(1));
    zk().exists("/b", Watcher([&](const WatchedEvent&) { block(); }));
    zk().create("/b");
    ASSERT_TRUE(told.wait_for(2));
    const auto expected =
        callbacks_may_block() ? std::error_code() : make_error_code(ClientErrc::would_deadlock);
    EXPECT_EQ(told.all(), (std::vector<std::error_code>{expected, expected}));
}

TEST_P(Checklist, Row42_ABlockedCompletionDelaysCompletionsOnly) {
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

TEST_P(Checklist, Row42_ABlockedWatchFunctionDelaysWatchFunctionsOnly) {
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

TEST_P(Checklist, Row43_WatchFunctionsDoNotDelayTheSession) {
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
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
    proxy().restore();
    EXPECT_TRUE(client.start_async().wait(patience)) << "the session is resumed meanwhile";
    EXPECT_EQ(client.client_id()->session_id, session);
    EXPECT_TRUE(client.exists("/a"));
    release.set();
    EXPECT_TRUE(told.wait_for(2));
}

}  // namespace kazoo::behaviour
