// Ending a client from inside its own calls: callbacks, watch functions, listeners, the
// connection's executor.
#include "support/fault_fixture.hpp"
#include "support/shared_server.hpp"

#include <kazoo/handlers/asio.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <functional>
#include <thread>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;
using enum KazooState;

enum class Place { completion, watch, listener, executor };
constexpr std::array all_places{Place::completion, Place::watch, Place::listener, Place::executor};

class StopInside : public FaultTest {
protected:
    ClientOptions near() { return options_for(shared_server().hosts() + chroot()); }

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

/// Set once, from any thread.
class Flag {
public:
    void set() { set_ = true; }
    bool wait() const {
        return wait_until([this] { return set_.load(); }, patience);
    }

private:
    std::atomic<bool> set_{false};
};

TEST_P(StopInside, Stop) {
    for (const auto place : all_places) {
        SCOPED_TRACE(static_cast<int>(place));
        KazooClient zk(near());
        StateLog states(zk);
        Tally tally;
        Flag returned;
        start_and_call_from(place, zk, [&] {
            for (int i = 0; i < 100; ++i) tally.add(zk.exists_async("/"));
            zk.stop();
            zk.stop();
            tally.add(zk.exists_async("/"));
            returned.set();
        });
        ASSERT_TRUE(returned.wait());
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
        auto zk = std::make_unique<KazooClient>(near());
        Tally tally;
        Flag destroyed;
        auto* const client = zk.get();
        start_and_call_from(place, *client, [&] {
            for (int i = 0; i < 100; ++i) tally.add(zk->exists_async("/"));
            tally.add(zk->ensure_path_async("/a/b/c"));
            zk.reset();
            destroyed.set();
        });
        ASSERT_TRUE(destroyed.wait());
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
        KazooClient zk(near());
        StateLog states(zk);
        Flag returned;
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
            returned.set();
        });
        ASSERT_TRUE(returned.wait());
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
    KazooClient one(near().handler(shared));
    auto other = std::make_unique<KazooClient>(near().handler(shared));
    one.start(patience);
    other->start(patience);
    Tally tally;
    for (int i = 0; i < 100; ++i) tally.add(other->exists_async("/"));
    Flag destroyed;
    one.exists_async("/").rawlink([&](const auto&) {
        other.reset();
        destroyed.set();
    });
    ASSERT_TRUE(destroyed.wait());
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings()["ok"], 100U);
    EXPECT_TRUE(one.exists("/").has_value());
}

KAZOO_ON_OWN_HANDLERS(StopInside);

/// An event loop that can be stopped before the work on it is done.
struct Loop {
    Loop() : thread([this] { context.run(); }) {}
    ~Loop() { stop(); }
    void stop() {
        context.stop();
        if (thread.joinable()) thread.join();
    }
    ClientOptions options() {
        return ClientOptions()
            .hosts(shared_server().hosts())
            .handler(std::make_shared<SequentialAsioHandler>(context));
    }

    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        context.get_executor()};
    std::thread thread;
};

TEST(LoopThatEnds, BeforeTheSessionIsClosed) {
    Tally tally;
    std::optional<AsyncResult<NodeData>> held;
    {
        Loop loop;
        auto zk = std::make_unique<KazooClient>(loop.options());
        zk->start(patience);
        Flag destroyed;
        boost::asio::post(loop.context, [&] {
            for (int i = 0; i < 10; ++i) tally.add(zk->get_async("/"));
            held = zk->get_async("/");
            zk.reset();
            loop.context.stop();
            destroyed.set();
        });
        ASSERT_TRUE(destroyed.wait());
    }
    // The loop is gone: the result is cancelled, and no callback can run any more.
    ASSERT_TRUE(held->ready());
    EXPECT_EQ(held->result().error(), ClientErrc::cancelled);
    EXPECT_EQ(tally.completed(), 0U);
}

TEST(LoopThatEnds, BeforeTheClient) {
    Tally tally;
    Loop loop;
    auto zk = std::make_unique<KazooClient>(loop.options());
    zk->start(patience);
    const auto before = zk->exists_async("/");
    before.wait();
    loop.stop();
    tally.add(before);  // ready, but its callback never runs
    const auto waiting = zk->get_async("/");
    EXPECT_EQ(code_of([&] { waiting.get(at_once); }), ClientErrc::would_deadlock);
    EXPECT_LT(time_of([&] { zk->stop(); }), at_once);
    EXPECT_LT(time_of([&] { zk.reset(); }), at_once);
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
