// Rows 44-50: promises, the end of a handler, and requests without a connection.
#include "behaviour/suites.hpp"
#include "support/wait_until.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <stdexcept>
#include <thread>

namespace kazoo::behaviour {

TEST_P(Checklist, Row44_ResultsMayBeSetFromTheConnectionsThread) {
    auto& client = zk();
    Promise<int> good(client.handler());
    Promise<int> bad(client.handler());
    auto& told = record<int>();
    good.result().rawlink([&](AsyncResult<int> result) { told.add(result.get()); });
    bad.result().rawlink([&](AsyncResult<int> result) { told.add(result.successful() ? 1 : -1); });
    const auto good_result = good.result();
    const auto bad_result = bad.result();
    boost::asio::post(handler()->executor(), [&good] { good.set(42); });
    boost::asio::post(handler()->executor(), [&bad] {
        bad.set_exception(std::logic_error("by hand"));
    });
    EXPECT_EQ(good_result.get(patience), 42);
    EXPECT_THROW(bad_result.get(patience), std::logic_error);
    ASSERT_TRUE(told.wait_for(2));
    client.stop();  // waits until the posted functions have ended
}

TEST_P(Checklist, Row45_GetAndWaitOfAReadyResultDoNotBlock) {
    Promise<std::string> promise(handler());
    const auto result = promise.result();
    EXPECT_TRUE(promise.set("value"));
    EXPECT_TRUE(result.wait(0s));
    EXPECT_EQ(result.get(0s), "value");
    EXPECT_EQ(result.get(), "value");
    // Even where blocking is not allowed.
    auto& client = make_client(options());
    auto& told = record<std::string>();
    client.add_listener([&told, result](KazooState) { told.add(result.get()); });
    client.start(patience);
    boost::asio::post(handler()->executor(), [&] { told.add(result.get()); });
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"value", "value"}));
}

TEST_P(Checklist, Row46_GetNowaitThrowsTheTimeoutError) {
    Promise<int> promise(handler());
    EXPECT_THROW(promise.result().get_nowait(), KazooTimeoutError);
    EXPECT_THROW(promise.result().get(0s), KazooTimeoutError);
    EXPECT_THROW(promise.result().get(5ms), KazooTimeoutError);
    EXPECT_FALSE(promise.result().ready()) << "waiting changes nothing";
    promise.set(1);
    EXPECT_EQ(promise.result().get_nowait(), 1);
}

TEST_P(Checklist, Row47_UnlinkRemovesALink) {
    Promise<int> promise(handler());
    const auto result = promise.result();
    auto& told = record<std::string>();
    result.rawlink([&](const auto&) { told.add("first"); });
    const auto second = result.rawlink([&](const auto&) { told.add("second"); });
    result.rawlink([&](const auto&) { told.add("third"); });
    EXPECT_TRUE(result.unlink(second));
    EXPECT_FALSE(result.unlink(second)) << "already unlinked";
    promise.set(1);
    ASSERT_TRUE(told.wait_for(2));
    const auto late = result.rawlink([&](const auto&) { told.add("late"); });
    ASSERT_TRUE(told.wait_for(3));
    EXPECT_FALSE(result.unlink(late)) << "it has run";
    EXPECT_EQ(told.all(), (std::vector<std::string>{"first", "third", "late"}));
}

TEST_P(Checklist, Row48_AResultBelongsToTheHandlerItWasMadeFor) {
    auto& client = zk();  // starts the handler
    Promise<int> promise(client.handler());
    EXPECT_EQ(promise.result().handler(), handler());
    // Its callbacks share the completion lane with those of operations.
    auto& order = record<std::string>();
    const auto operation = client.exists_async("/");
    ASSERT_TRUE(operation.wait(patience));
    promise.result().rawlink([&](const auto& result) {
        result.rawlink([&](const auto&) { order.add("link of a link"); });
        operation.rawlink([&](const auto&) { order.add("operation"); });
        std::this_thread::yield();
        order.add("promise");
    });
    promise.set(1);
    ASSERT_TRUE(order.wait_for(3));
    EXPECT_EQ(order.all()[0], "promise");
}

TEST(ChecklistOfOneHandler, Row48_AResultWithoutHandlerRunsItsCallbacksWhereItIsSet) {
    Promise<int> promise;
    std::thread::id where;
    promise.result().rawlink([&](const auto&) { where = std::this_thread::get_id(); });
    promise.set(1);
    EXPECT_EQ(where, std::this_thread::get_id());
}

TEST_P(Checklist, Row49_StopOfTheHandlerWaitsForItsWork) {
    handler()->start();
    EXPECT_TRUE(handler()->running());
    std::atomic<int> done{0};
    for (const Lane lane : {Lane::completion, Lane::callback, Lane::session}) {
        for (int i = 0; i < 3; ++i) {
            handler()->dispatch(lane, [&] {
                std::this_thread::sleep_for(10ms);
                ++done;
            });
        }
    }
    kit().let_go();
    handler()->stop();
    EXPECT_EQ(done, 9);
    EXPECT_FALSE(handler()->running());
}

TEST_P(Checklist, Row49_StopOfAClientWaitsForItsCallbacks) {
    zk().create("/a");
    std::atomic<int> done{0};
    const auto slow = [&](const auto&) {
        std::this_thread::sleep_for(5ms);
        ++done;
    };
    for (int i = 0; i < 10; ++i) zk().get_async("/a", Watcher(slow)).rawlink(slow);
    zk().stop();
    EXPECT_EQ(done, 20) << "ten results, and ten watches that fire at the end";
}

TEST_P(Checklist, Row50_SuspendedRequestsAreQueued) {
    auto& client = start_client(proxied());
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return client.state() == KazooState::SUSPENDED; }, patience));
    const auto created = client.create_async("/a", "data");
    const auto read = client.get_async("/a");
    const auto path = client.ensure_path_async("/b/c");
    EXPECT_FALSE(created.wait(20ms));
    proxy().restore();
    EXPECT_EQ(created.get(patience), "/a");
    EXPECT_EQ(read.get(patience).data, "data");
    EXPECT_TRUE(path.get(patience));
}

TEST_P(Checklist, Row50_QueuedRequestsFailWhenTheSessionHasExpired) {
    auto& client = start_client(proxied());
    const auto id = *client.client_id();
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return client.state() == KazooState::SUSPENDED; }, patience));
    const auto queued = client.create_async("/a");
    end_session(id);
    proxy().restore();
    EXPECT_EQ(failure_of(queued).code(), Errc::session_expired);
    EXPECT_EQ(failure_of(queued).outcome(), Outcome::not_sent);
    EXPECT_THROW(queued.get(), SessionExpiredError);
}

TEST_P(Checklist, Row50_LostRequestsFailAtOnce) {
    auto& client = make_client(options());
    const auto failure = [&] { return failure_of(client.get_async("/")); };
    EXPECT_EQ(failure().code(), ClientErrc::connection_closed) << "never started";
    EXPECT_EQ(failure().outcome(), Outcome::not_sent);
    client.start(patience);
    EXPECT_FALSE(failure().code());
    client.stop();
    EXPECT_EQ(failure().code(), ClientErrc::connection_closed) << "stopped";
    EXPECT_THROW(client.get("/"), ConnectionClosedError);
    EXPECT_THROW(client.get("/"), SessionExpiredError) << "its base, as in kazoo";
}

TEST_P(Checklist, Row50_RequestsAfterExpiryFailUntilThereIsANewSession) {
    auto& client = start_client(proxied());
    auto& in_listener = record<std::error_code>();
    client.add_listener([&](KazooState state) {
        if (state != KazooState::LOST) return;
        client.get_async("/").rawlink([&](auto result) { in_listener.add(result.result().error()); }
        );
    });
    const auto id = *client.client_id();
    proxy().cut();
    ASSERT_TRUE(wait_until([&] { return client.state() == KazooState::SUSPENDED; }, patience));
    end_session(id);
    proxy().restore();
    ASSERT_TRUE(in_listener.wait_for(1));
    // If the listener runs late, the new session serves the request.
    const auto code = in_listener.all()[0];
    EXPECT_TRUE(!code || code == Errc::session_expired) << code;
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_NE(client.client_id()->session_id, id.session_id);
    EXPECT_TRUE(client.exists("/"));
}

TEST_P(Checklist, Row50_RequestsAfterARefusalFailWithIt) {
    auto& client = zk();
    EXPECT_EQ(failure_of(client.add_auth_async("no-such-scheme", "x")).code(), Errc::auth_failed);
    ASSERT_TRUE(
        wait_until([&] { return client.client_state() == KeeperState::AUTH_FAILED; }, patience)
    );
    EXPECT_EQ(client.state(), KazooState::LOST);
    EXPECT_EQ(failure_of(client.get_async("/")).code(), Errc::auth_failed);
}

}  // namespace kazoo::behaviour
