// Rows 5-7 and 17-19: ownership of threads.
#include "behaviour/suites.hpp"
#include "support/pool_handler.hpp"
#include "support/shared_server.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <thread>
#include <type_traits>

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

class TrivialHandler final : public Handler {
public:
    std::string_view name() const noexcept override { return "trivial"; }
    boost::asio::any_io_executor executor() override { return context_.get_executor(); }
    void dispatch(Lane, Task task) override { task(); }
    std::shared_ptr<Waiter> waiter() override { throw WouldDeadlockError(); }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }

private:
    boost::asio::io_context context_;
};

ClientOptions plain_options() {
    return ClientOptions().hosts(shared_server().hosts());
}

/// Expects `more` threads than `before`, for clients on this handler.
void expect_threads(int before, int more) {
    EXPECT_TRUE(wait_until([&] { return thread_count() == before + more; }, patience))
        << thread_count() << " threads, " << before << " before, " << more << " more expected";
}

}  // namespace

TEST(ChecklistOfOneHandler, Row05_UsersCanWriteAHandler) {
    static_assert(std::is_abstract_v<Handler>);
    const auto handler = std::make_shared<TrivialHandler>();
    const KazooClient client(plain_options().handler(handler));
    EXPECT_EQ(client.handler(), handler);
    EXPECT_EQ(client.handler()->name(), "trivial");
}

// All suites run on this handler as well, see handler_kinds().
TEST(ChecklistOfOneHandler, Row05_AThirdHandlerServesTheSameProgram) {
    const auto handler = std::make_shared<PoolHandler>();
    Recorder<std::string> told;
    {
        KazooClient zk(plain_options().handler(handler));
        zk.start(patience);
        EXPECT_TRUE(handler->running());
        const auto path = unique_chroot();
        zk.create(path, "data");
        const Watcher watch([&](const WatchedEvent& event) { told.add(to_string(event.type)); });
        zk.get_async(path, watch).rawlink([&](AsyncResult<NodeData> r) {
            zk.set(path, r.get().data + " and more");  // blocks: this handler has the threads
            told.add(zk.get(path).data);
        });
        ASSERT_TRUE(told.wait_for(2));
        EXPECT_THROW(zk.get("/absent"), NoNodeError);
        zk.delete_(path);
    }
    EXPECT_FALSE(handler->running());
    auto seen = told.all();
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (std::vector<std::string>{"CHANGED", "data and more"}));
}

TEST_P(Checklist, Row06_EachLaneRunsOneTaskAtATime) {
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

TEST_P(Checklist, Row07_HandlerIsAnObjectGivenAtConstruction) {
    EXPECT_EQ(zk().handler(), handler());
    EXPECT_EQ(zk().handler()->name(), GetParam().handler_name);
    EXPECT_EQ(zk().exists_async("/").handler(), handler());
}

TEST_P(Checklist, Row17_NoThreadsOtherThanTheHandlers) {
    const int before = thread_count();
    auto& client = start_client(options());
    auto& second = start_client(options());
    expect_threads(before, GetParam().threads);
    auto& told = record<int>();
    client.create("/a");
    client.get("/a", Watcher([&](const WatchedEvent&) { told.add(0); }));
    second.set_async("/a", "x").rawlink([&](const AsyncResult<ZnodeStat>&) { told.add(0); });
    ASSERT_TRUE(told.wait_for(2));
    expect_threads(before, GetParam().threads);
    client.stop();
    expect_threads(before, GetParam().threads);
    second.stop();
    expect_threads(before, 0);
}

TEST_P(Checklist, Row17_ClientsUseOnlyTheirOwnHandler) {
    const auto other = GetParam().make();
    auto& mine = zk();
    {
        KazooClient theirs(options().handler(other->handler()));
        theirs.start(patience);
        EXPECT_EQ(mine.get_async("/").handler(), handler());
        EXPECT_EQ(theirs.get_async("/").handler(), other->handler());
    }
    EXPECT_TRUE(mine.exists("/"));
    EXPECT_TRUE(other->shut_down(patience));
    EXPECT_TRUE(mine.exists("/")) << "the end of one handler is not that of the other";
}

TEST(ChecklistOfOneHandler, Row18_AHandlerIsAnObject) {
    static_assert(std::is_invocable_v<
                  ClientOptions& (ClientOptions::*)(std::shared_ptr<Handler>)&,
                  ClientOptions&,
                  std::shared_ptr<SequentialThreadingHandler>>);
    static_assert(!std::is_convertible_v<SequentialThreadingHandler*, std::shared_ptr<Handler>>);
    static_assert(!std::is_constructible_v<SequentialAsioHandler>, "no loop, no handler");
    const KazooClient client(plain_options().handler(nullptr));  // null: the default handler
    ASSERT_NE(client.handler(), nullptr);
}

TEST(ChecklistOfOneHandler, Row18_ALoopThatDoesNotRunCausesATimeout) {
    boost::asio::io_context context;
    KazooClient zk(
        plain_options().handler(std::make_shared<SequentialAsioHandler>(context)).close_timeout(0ms)
    );
    EXPECT_THROW(zk.start(50ms), KazooTimeoutError);
    context.run();  // runs what stop() has posted
    EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
}

TEST(ChecklistOfOneHandler, Row19_TheDefaultIsTheThreadingHandler) {
    const int before = thread_count();
    KazooClient zk(plain_options());
    EXPECT_EQ(zk.handler()->name(), "sequential_threading_handler");
    EXPECT_NE(KazooClient(plain_options()).handler(), zk.handler()) << "each its own";
    expect_threads(before, 0);
    zk.start(patience);
    expect_threads(before, 4);
    EXPECT_TRUE(zk.exists("/"));
    zk.stop();
    expect_threads(before, 0);
}

}  // namespace kazoo::behaviour
