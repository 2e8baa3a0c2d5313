// SPDX-License-Identifier: Apache-2.0
// What a program calls while a client begins: after its start, and before its session exists.
#include "embedded_fixture.hpp"

#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace kazoo::embedded_tests {
namespace {

/// Calls functions of the test on the thread that starts the client: at the start of the handler,
/// and at the next readings of the clock, of which the start of the session is the first.
class InterruptedHandler final : public Handler {
public:
    mutable std::function<void()> at_start;
    mutable std::function<void()> at_first_reading;
    mutable std::function<void()> at_second_reading;

    std::string_view name() const noexcept override { return "interrupted_handler"; }
    boost::asio::any_io_executor executor() override { return threads_.executor(); }
    void dispatch(Lane lane, Task task) override { threads_.dispatch(lane, std::move(task)); }
    std::shared_ptr<Waiter> waiter() override { return threads_.waiter(); }
    void start() override {
        threads_.start();
        starter_.store(std::this_thread::get_id());
        call(at_start);
        armed_ = true;
    }
    void stop() override { threads_.stop(); }
    bool running() const noexcept override { return threads_.running(); }
    TimePoint now() const noexcept override {
        if (starter_.load() == std::this_thread::get_id() && std::exchange(armed_, false)) {
            call(at_first_reading ? at_first_reading : at_second_reading);
            armed_ = static_cast<bool>(at_second_reading);
        }
        return Handler::now();
    }

private:
    /// Calls a function once.
    static void call(std::function<void()>& function) {
        if (auto once = std::exchange(function, nullptr)) {
            once();
        }
    }

    SequentialThreadingHandler threads_;
    std::atomic<std::thread::id> starter_{};
    mutable bool armed_ = false;  // used on the starting thread only
};

TEST(Beginning, ServersThatAreSetBeforeTheSessionStartsAreUsed) {
    Server server;
    const auto handler = std::make_shared<InterruptedHandler>();
    KazooClient zk(to("127.0.0.1:1").handler(handler));
    bool called = false;
    handler->at_first_reading = [&] {
        zk.set_hosts(server.hosts());
        called = true;
    };
    zk.start(5s);
    EXPECT_TRUE(called);
    EXPECT_EQ(zk.connected_server(), server.hosts());
    zk.stop();
}

TEST(Beginning, TheLastListThatIsSetIsUsed) {
    Server server;
    const auto handler = std::make_shared<InterruptedHandler>();
    KazooClient zk(to("127.0.0.1:1").handler(handler));
    handler->at_first_reading = [&] { zk.set_hosts("127.0.0.1:2"); };
    handler->at_second_reading = [&] { zk.set_hosts(server.hosts()); };
    zk.start(5s);
    EXPECT_EQ(zk.connected_server(), server.hosts());
    zk.stop();
}

TEST(Beginning, DetachSaysThatThereIsNoSessionYetAndTheStartGoesOn) {
    Server server;
    const auto handler = std::make_shared<InterruptedHandler>();
    KazooClient zk(to(server.hosts()).handler(handler));
    handler->at_start = [&] {
        const auto error = thrown<ConnectionLoss>([&] { zk.detach_async().get(patience); });
        EXPECT_THAT(error.detail(), ::testing::HasSubstr("no session yet"));
    };
    zk.start(patience);
    EXPECT_TRUE(zk.connected());
    zk.stop();
    EXPECT_THROW(zk.detach_async().get(patience), ConnectionClosedError);
}

TEST(Beginning, ASessionThatIsConnectedBeforeTheStartHasReturnedCanBeDetached) {
    Server server;
    const auto handler = std::make_shared<InterruptedHandler>();
    KazooClient zk(to("127.0.0.1:1").handler(handler));
    std::optional<AsyncResult<SessionHandover>> left;
    handler->at_first_reading = [&] { zk.set_hosts(server.hosts()); };
    // The list of above is applied to the session, twice because of this call, while it connects.
    handler->at_second_reading = [&] {
        EXPECT_TRUE(becomes_true([&] {
            zk.set_hosts(server.hosts());
            return zk.client_id().has_value();
        }));
        left = zk.detach_async();
    };
    static_cast<void>(zk.start_async());
    ASSERT_TRUE(left);
    EXPECT_NE(left->get(patience).session_id(), 0);
    EXPECT_TRUE(becomes_true([&] { return zk.client_state() == KeeperState::CLOSED; }));
}

}  // namespace
}  // namespace kazoo::embedded_tests
