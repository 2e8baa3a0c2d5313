// SPDX-License-Identifier: Apache-2.0
// Ending a client from inside its own calls: callbacks, watch functions, listeners, the
// connection's executor.
#include "support/fault_fixture.hpp"
#include "support/running_loop.hpp"

#include <kazoo/handlers/asio.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <thread>

namespace kazoo::testing_support {
namespace {

enum class Place { completion, watch, listener, executor };
constexpr std::array all_places{Place::completion, Place::watch, Place::listener, Place::executor};

class StopInside : public FaultTest {
protected:
    /// Starts the client and makes it call `action` once from `place`.
    void start_and_call_from(Place place, KazooClient& zk, std::function<void()> action) {
        if (place == Place::listener) {
            zk.add_listener([action = std::move(action)](KazooState) {
                action();
                return true;
            });
            zk.start_async();
            return;
        }
        zk.start(patience);
        if (place == Place::completion) {
            zk.exists_async("/").rawlink([action = std::move(action)](const auto&) { action(); });
        } else if (place == Place::watch) {
            const auto name = "/" + std::to_string(++names_);
            zk.exists(name, [action = std::move(action)](const WatchedEvent&) { action(); });
            root_client().create(chroot() + name);
        } else {
            boost::asio::post(zk.handler()->executor(), std::move(action));
        }
    }
    /// True if blocking is allowed at `place`.
    bool may_block(Place place) const {
        return callbacks_may_block() && (place == Place::completion || place == Place::watch);
    }

private:
    int names_ = 0;
};

TEST_P(StopInside, Stop) {
    for (const auto place : all_places) {
        SCOPED_TRACE(static_cast<int>(place));
        KazooClient zk(direct());
        StateLog states(zk);
        Tally tally;
        auto& returned = record<int>();
        start_and_call_from(place, zk, [&] {
            for (int i = 0; i < 100; ++i) tally.add(zk.exists_async("/"));
            zk.stop();
            zk.stop();
            tally.add(zk.exists_async("/"));
            returned.add(1);
        });
        ASSERT_TRUE(returned.wait_for(1));
        ASSERT_TRUE(tally.wait_complete());
        auto endings = tally.endings();
        EXPECT_EQ(endings["ok"], 100U);
        EXPECT_EQ(endings["connection_closed, not sent"], 1U);
        ASSERT_TRUE(states.wait_for(LOST));
        zk.stop();
        EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
        EXPECT_EQ(states.states(), (std::vector{CONNECTED, LOST}));
        EXPECT_TRUE(tally.each_exactly_once());
    }
}

TEST_P(StopInside, Destroy) {
    for (const auto place : all_places) {
        SCOPED_TRACE(static_cast<int>(place));
        auto zk = std::make_unique<KazooClient>(direct());
        Tally tally;
        auto& destroyed = record<int>();
        auto* const client = zk.get();
        start_and_call_from(place, *client, [&] {
            for (int i = 0; i < 100; ++i) tally.add(zk->exists_async("/"));
            tally.add(zk->ensure_path_async("/a/b/c"));
            zk.reset();
            destroyed.add(1);
        });
        ASSERT_TRUE(destroyed.wait_for(1));
        EXPECT_EQ(zk, nullptr);
        ASSERT_TRUE(tally.wait_complete());
        // ensure_path takes several steps, which fail once the client is gone; all others succeed.
        auto endings = tally.endings();
        EXPECT_GE(endings["ok"], 100U);
        EXPECT_TRUE(tally.each_exactly_once());
    }
}

TEST_P(StopInside, Restart) {
    for (const auto place : all_places) {
        SCOPED_TRACE(static_cast<int>(place));
        KazooClient zk(direct());
        StateLog states(zk);
        auto& returned = record<int>();
        std::optional<Event> connected;
        start_and_call_from(place, zk, [&] {
            if (may_block(place)) {
                zk.restart();
                EXPECT_TRUE(zk.connected());
                EXPECT_TRUE(zk.exists("/").has_value());
            } else {
                EXPECT_THROW(zk.restart(), WouldDeadlockError);
                connected = zk.start_async();
                EXPECT_FALSE(connected->is_set());
            }
            returned.add(1);
        });
        ASSERT_TRUE(returned.wait_for(1));
        if (connected) {
            ASSERT_TRUE(connected->wait(patience));
        }
        ASSERT_TRUE(states.wait_for(3));
        EXPECT_EQ(states.states(), (std::vector{CONNECTED, LOST, CONNECTED}));
        EXPECT_TRUE(zk.connected());
        EXPECT_TRUE(zk.exists("/").has_value());
    }
}

TEST_P(StopInside, OneClientStopsAnotherOfTheSameHandler) {
    const auto shared = own_handler();
    KazooClient one(direct().handler(shared));
    auto other = std::make_unique<KazooClient>(direct().handler(shared));
    one.start(patience);
    other->start(patience);
    Tally tally;
    for (int i = 0; i < 100; ++i) tally.add(other->exists_async("/"));
    auto& destroyed = record<int>();
    one.exists_async("/").rawlink([&](const auto&) {
        other.reset();
        destroyed.add(1);
    });
    ASSERT_TRUE(destroyed.wait_for(1));
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings()["ok"], 100U);
    EXPECT_TRUE(one.exists("/").has_value());
}

KAZOO_ON_OWN_HANDLERS(StopInside);

ClientOptions on(RunningLoop& loop) {
    return ClientOptions().hosts(shared_server().hosts()).handler(loop.handler());
}

TEST(LoopThatEnds, BeforeTheSessionIsClosed) {
    Tally tally;
    std::optional<AsyncResult<NodeData>> held;
    {
        RunningLoop loop;
        auto zk = std::make_unique<StartedClient>(on(loop));
        Recorder<int> destroyed;
        boost::asio::post(loop.context, [&] {
            for (int i = 0; i < 10; ++i) tally.add(zk->get_async("/"));
            held = zk->get_async("/");
            zk.reset();
            loop.context.stop();
            destroyed.add(1);
        });
        ASSERT_TRUE(destroyed.wait_for(1));
    }
    // The loop is gone: the result is cancelled, and no callback can run any more.
    ASSERT_TRUE(held->ready());
    EXPECT_EQ(held->result().error(), ClientErrc::cancelled);
    EXPECT_EQ(tally.completed(), 0U);
}

TEST(LoopThatEnds, BeforeTheClient) {
    Tally tally;
    RunningLoop loop;
    std::optional<StartedClient> zk(on(loop));
    const auto before = zk->exists_async("/");
    before.wait();
    loop.stop();
    tally.add(before);  // ready, but its callback never runs
    const auto waiting = zk->get_async("/");
    EXPECT_EQ(code_of([&] { waiting.get(at_once); }), ClientErrc::would_deadlock);
    end_at_once(zk, true);
    EXPECT_EQ(tally.completed(), 0U);
}

TEST(LoopThatEnds, WithoutEverHavingRun) {
    boost::asio::io_context context;
    Tally tally;
    std::optional<KazooClient> zk(ClientOptions()
                                      .hosts(shared_server().hosts())
                                      .handler(std::make_shared<SequentialAsioHandler>(context))
                                      .close_timeout(0s));
    const auto connected = zk->start_async();
    tally.add(zk->get_async("/"));
    EXPECT_FALSE(connected.wait(20ms));
    // The client cannot tell whether the loop will be run again.
    EXPECT_LT(time_of([&] { zk.reset(); }), 2 * at_once);
    EXPECT_EQ(tally.completed(), 0U);
}

}  // namespace
}  // namespace kazoo::testing_support
