// SPDX-License-Identifier: Apache-2.0
// Which handler a client uses, and which threads there are.
#include "behaviour/suites.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>
#include <type_traits>

namespace kazoo::behaviour {
namespace {

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

TEST(HandlerChoice, UsersCanWriteAHandler) {
    static_assert(std::is_abstract_v<Handler>);
    const auto handler = std::make_shared<TrivialHandler>();
    const KazooClient client(plain_options().handler(handler));
    EXPECT_EQ(client.handler(), handler);
    EXPECT_EQ(client.handler()->name(), "trivial");
}

TEST_P(Lanes, HandlerIsAnObjectGivenAtConstruction) {
    EXPECT_EQ(zk().handler(), handler());
    EXPECT_EQ(zk().handler()->name(), GetParam().handler_name);
    EXPECT_EQ(zk().exists_async("/").handler(), handler());
}

TEST_P(Lanes, NoThreadsOtherThanTheHandlers) {
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

TEST_P(Lanes, ClientsUseOnlyTheirOwnHandler) {
    const auto other = GetParam().make();
    auto& mine = zk();
    {
        StartedClient theirs(options().handler(other->handler()));
        EXPECT_EQ(mine.get_async("/").handler(), handler());
        EXPECT_EQ(theirs.get_async("/").handler(), other->handler());
    }
    EXPECT_TRUE(mine.exists("/"));
    EXPECT_TRUE(other->shut_down(patience));
    EXPECT_TRUE(mine.exists("/")) << "the end of one handler is not that of the other";
}

TEST(HandlerChoice, AHandlerIsAnObject) {
    static_assert(std::is_invocable_v<
                  ClientOptions& (ClientOptions::*)(std::shared_ptr<Handler>)&,
                  ClientOptions&,
                  std::shared_ptr<SequentialThreadingHandler>>);
    static_assert(!std::is_convertible_v<SequentialThreadingHandler*, std::shared_ptr<Handler>>);
    static_assert(!std::is_constructible_v<SequentialAsioHandler>, "no loop, no handler");
    const KazooClient client(plain_options().handler(nullptr));  // null: the default handler
    ASSERT_NE(client.handler(), nullptr);
}

TEST(HandlerChoice, ALoopThatDoesNotRunCausesATimeout) {
    boost::asio::io_context context;
    KazooClient zk(
        plain_options().handler(std::make_shared<SequentialAsioHandler>(context)).close_timeout(0ms)
    );
    EXPECT_THROW(zk.start(50ms), KazooTimeoutError);
    context.run();  // runs what stop() has posted
    EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
}

TEST(HandlerChoice, TheDefaultIsTheThreadingHandler) {
    const auto defaults = plain_options();  // starts the server, which may have threads
    const int before = thread_count();
    KazooClient zk(defaults);
    EXPECT_EQ(zk.handler()->name(), "sequential_threading_handler");
    EXPECT_NE(KazooClient(defaults).handler(), zk.handler()) << "each its own";
    expect_threads(before, 0);
    zk.start(patience);
    expect_threads(before, 4);
    EXPECT_TRUE(zk.exists("/"));
    zk.stop();
    expect_threads(before, 0);
}

TEST(HandlerChoice, AResultWithoutHandlerRunsItsCallbacksWhereItIsSet) {
    Promise<int> promise;
    std::thread::id where;
    promise.result().rawlink([&](const auto&) { where = std::this_thread::get_id(); });
    promise.set(1);
    EXPECT_EQ(where, std::this_thread::get_id());
}

}  // namespace kazoo::behaviour
