// SPDX-License-Identifier: Apache-2.0
// Functions, captures and values of the user whose special members call the client: none of them
// may run while the library holds a lock, as such a call would deadlock.
#include "behaviour/suites.hpp"

#include <atomic>

namespace kazoo::behaviour {
namespace {

/// The client to call; set to null before it is destroyed.
class Target {
public:
    void set(KazooClient* client) { client_ = client; }
    void touch() const {
        auto* const client = client_.load();
        if (client == nullptr) {
            return;
        }
        ++calls_;
        static_cast<void>(client->connected());
        static_cast<void>(client->client_id());
        static_cast<void>(client->session_timeout());
        static_cast<void>(client->remove_listener(~ListenerId{0}));
        static_cast<void>(client->start_async().is_set());
        client->exists_async("/").cancel();
        client->handler()->dispatch(Lane::completion, [] {});
    }
    [[nodiscard]] int calls() const { return calls_; }

private:
    std::atomic<KazooClient*> client_{nullptr};
    mutable std::atomic<int> calls_{0};
};

/// Used both as a function object and as a value.
class CallsBack {
public:
    explicit CallsBack(std::shared_ptr<Target> target) : target_(std::move(target)) { touch(); }
    CallsBack(const CallsBack& other) : target_(other.target_) { touch(); }
    CallsBack(CallsBack&& other) noexcept : target_(other.target_) { touch(); }
    CallsBack& operator=(const CallsBack& other) {
        target_ = other.target_;
        touch();
        return *this;
    }
    CallsBack& operator=(CallsBack&& other) noexcept {
        target_ = other.target_;
        touch();
        return *this;
    }
    ~CallsBack() { touch(); }

    template <class... Args>
    void operator()(Args&&...) const {
        touch();
    }

private:
    void touch() const {
        if (target_) target_->touch();
    }
    std::shared_ptr<Target> target_;
};

}  // namespace

class UserObjects : public HandlerTest {
protected:
    void SetUp() override {
        HandlerTest::SetUp();
        client_ = &start_client(proxied());
        target_->set(client_);
    }
    void TearDown() override {
        EXPECT_GT(target_->calls(), 0);
        client_->stop();
        target_->set(nullptr);
        HandlerTest::TearDown();
    }
    [[nodiscard]] CallsBack object() const { return CallsBack(target_); }
    void reconnect() {
        ASSERT_TRUE(cut_off(*client_));
        proxy().restore();
        ASSERT_TRUE(client_->start_async().wait(patience));
    }

    const std::shared_ptr<Target> target_ = std::make_shared<Target>();
    KazooClient* client_ = nullptr;
};

TEST_P(UserObjects, WatchOfACallThatFails) {
    const auto failed = client_->get_async("/absent", Watcher(object()));
    EXPECT_EQ(failure_of(failed).code(), Errc::no_node);
}

TEST_P(UserObjects, WatchOfACallThatIsCancelled) {
    proxy().freeze();
    const auto sent = client_->get_async("/", Watcher(object()));
    sent.cancel();
    EXPECT_EQ(failure_of(sent).code(), ClientErrc::cancelled);
    proxy().restore();
    EXPECT_TRUE(client_->exists("/"));
}

TEST_P(UserObjects, WatchOfACallWhoseConnectionIsLost) {
    proxy().freeze();
    const auto sent =
        client_->get_async("/", Watcher(object()), CallOptions().resend(Resend::nothing));
    proxy().cut();
    EXPECT_EQ(failure_of(sent).code(), Errc::connection_loss);
    proxy().restore();
    ASSERT_TRUE(client_->start_async().wait(patience));
}

TEST_P(UserObjects, WatchOfACallThatIsSentAgain) {
    proxy().freeze();
    const auto sent = client_->get_async("/", Watcher(object()));
    proxy().cut();
    proxy().restore();
    EXPECT_FALSE(failure_of(sent).code());
}

TEST_P(UserObjects, WatchOfACallWhoseDeadlinePasses) {
    proxy().freeze();
    const auto sent = client_->get_async("/", Watcher(object()), CallOptions().timeout(20ms));
    EXPECT_EQ(failure_of(sent).code(), Errc::operation_timeout);
    proxy().restore();
    EXPECT_TRUE(client_->exists("/"));
}

TEST_P(UserObjects, WatchThatFiresAfterAReconnection) {
    client_->exists("/a", Watcher(object()));
    reconnect();
    auto& fired = record<int>();
    client_->exists("/a", Watcher([&, held = object()](const WatchedEvent&) { fired.add(1); }));
    client_->create("/a");
    ASSERT_TRUE(fired.wait_for(1));
}

TEST_P(UserObjects, WatchesThatOneWatcherReplaces) {
    const Watcher watcher(object());
    for (int i = 0; i < 3; ++i) client_->exists("/", watcher);
}

TEST_P(UserObjects, WatchDroppedAtTheEndOfTheClient) {
    client_->exists("/a", Watcher(object()));
}

TEST_P(UserObjects, CallbackOfAResult) {
    auto& ran = record<int>();
    const auto result = client_->exists_async("/");
    result.rawlink(object());
    const auto removed = result.rawlink(object());
    result.unlink(removed);
    result.rawlink([&, held = object()](const auto&) { ran.add(1); });
    ASSERT_TRUE(ran.wait_for(1));
}

TEST_P(UserObjects, Listener) {
    const auto kept = client_->add_listener(object());
    client_->add_listener(object(), ListenFrom::current_state);
    client_->add_listener([held = object()](KazooState) { return true; });
    reconnect();
    EXPECT_TRUE(client_->remove_listener(kept));
    client_->remove_listener_and_wait(client_->add_listener(object()));
}

TEST_P(UserObjects, LogSink) {
    const auto lines = [held = object()](LogLevel, std::string_view) { held(); };
    auto& other = start_client(options().logger(Logger(lines, LogLevel::trace)));
    other.exists_async("/").rawlink([](const auto&) { throw std::runtime_error("reported"); });
    other.stop();
    handler()->set_logger(Logger());
}

TEST_P(UserObjects, FunctionThatIsRetried) {
    const auto result = client_->retry_async([this, held = object()] {
        held();
        return client_->exists_async("/");
    });
    EXPECT_TRUE(result.get(patience));
}

TEST_P(UserObjects, TaskOfALane) {
    auto& ran = record<int>();
    handler()->dispatch(Lane::completion, object());
    handler()->dispatch(Lane::completion, [&, held = object()] { ran.add(1); });
    ASSERT_TRUE(ran.wait_for(1));
}

TEST_P(UserObjects, ValueOfAPromise) {
    auto& ran = record<int>();
    Promise<CallsBack> promise(handler());
    promise.result().rawlink([&, held = object()](AsyncResult<CallsBack> result) {
        result.get()();
        ran.add(1);
    });
    promise.set(object());
    ASSERT_TRUE(ran.wait_for(1));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    UserObjects,
    ::testing::ValuesIn(handler_kinds()),
    [](const auto& kind) { return std::string(kind.param.name); }
);

}  // namespace kazoo::behaviour
