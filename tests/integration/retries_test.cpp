// SPDX-License-Identifier: Apache-2.0
// KazooClient::retry and retry_async with broken connections and stopped clients.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <atomic>
#include <future>
#include <optional>

namespace kazoo::testing_support {
namespace {

using codec::Opcode;

class Retries : public FaultTest {
protected:
    static RetryPolicy quick() { return RetryPolicy().delay(10ms).max_delay(50ms); }
    static RetryPolicy slow() { return RetryPolicy().delay(1h).max_delay(1h); }
};

TEST_P(Retries, OfASuccessfulCallIsThePlainCall) {
    StartedClient zk(through_proxy());
    EXPECT_EQ(zk.retry([&] { return zk.create("/a", "b"); }), "/a");
    EXPECT_EQ(zk.retry([&](const char* path) { return zk.get(path).data; }, "/a"), "b");
    EXPECT_THROW(zk.retry([&] { zk.delete_("/none"); }), NoNodeError);
    EXPECT_TRUE(zk.retry_async([&] { return zk.exists_async("/a"); }).get().has_value());
    EXPECT_THROW(zk.retry_async([&] { return zk.get_async("/none"); }).get(), NoNodeError);
}

TEST_P(Retries, OutliveALostConnection) {
    StartedClient zk(through_proxy().command_retry(quick()).resend(Resend::nothing));
    zk.create("/a", "b");
    proxy().freeze();
    std::atomic<int> tries{0};
    const auto read = zk.retry_async([&] {
        ++tries;
        return zk.get_async("/a");
    });
    auto blocked = std::async(std::launch::async, [&] {
        return zk.retry([&] {
            ++tries;
            return zk.get("/a").data;
        });
    });
    ASSERT_TRUE(wait_until([&] { return tries == 2; }, patience));
    EXPECT_FALSE(read.wait(50ms));
    proxy().cut();
    proxy().restore();
    EXPECT_EQ(read.get(patience).data, "b");
    ASSERT_EQ(blocked.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(blocked.get(), "b");
    EXPECT_GE(tries, 4);
}

/// Drops the connection after the first create; the second attempt fails with node_exists.
void apply_and_lose(FakeConnection& connection, int number) {
    connection.welcome();
    for (;;) {
        const auto request = connection.next_operation();
        if (request.op != Opcode::create) {
            connection.serve(request);
        } else if (number > 0) {
            connection.fail(request, static_cast<std::int32_t>(Errc::node_exists));
        } else {
            return;
        }
    }
}

TEST_P(Retries, ACreateWhoseReplyWasLostFindsItsOwnNode) {
    FakeServer server(apply_and_lose);
    StartedClient zk(options_for(server.hosts()).command_retry(quick()));
    EXPECT_THROW(zk.retry([&] { zk.create("/a"); }), NodeExistsError);
}

TEST_P(Retries, ACarefulPolicyLeavesALostWriteToTheCaller) {
    FakeServer server(apply_and_lose);
    StartedClient zk(options_for(server.hosts()).command_retry(quick().retry_unknown(false)));
    int tries = 0;
    const auto lost = thrown<ConnectionLoss>([&] {
        zk.retry([&] {
            ++tries;
            zk.create("/a");
        });
    });
    EXPECT_EQ(lost.outcome(), Outcome::unknown);
    EXPECT_EQ(tries, 1);
}

TEST_P(Retries, AreRefusedByAStoppedClient) {
    KazooClient zk(through_proxy().command_retry(slow()));
    const auto get = [&] { return zk.get_async("/"); };
    EXPECT_EQ(failure_of(zk.retry_async(get)).code(), ClientErrc::connection_closed);
    zk.start(patience);
    EXPECT_NO_THROW(zk.retry_async(get).get(patience));
    zk.stop();
    EXPECT_EQ(failure_of(zk.retry_async(get)).code(), ClientErrc::connection_closed);
    EXPECT_THROW(zk.retry([&] { zk.get("/"); }), ConnectionClosedError);
    EXPECT_THROW(zk.retry([] { throw ForceRetryError(); }), InterruptedError);
    zk.start(patience);
    EXPECT_NO_THROW(zk.retry_async(get).get(patience)) << "the next life";
}

TEST_P(Retries, EndWithTheClient) {
    for (const bool stop_first : {true, false}) {
        std::optional<StartedClient> zk(through_proxy().command_retry(slow()));
        Tally tally;
        std::atomic<int> tries{0};
        const auto again = [&]() -> AsyncResult<int> {
            ++tries;
            throw_error(Error(Errc::operation_timeout, Outcome::not_sent));
        };
        tally.add(zk->retry_async([&] { return again(); }));
        auto blocked = std::async(std::launch::async, [&, retry = zk->command_retry()] {
            return code_of([&] { retry([&] { again().get(); }); });
        });
        ASSERT_TRUE(wait_until([&] { return tries == 2; }, patience));
        EXPECT_EQ(blocked.wait_for(20ms), std::future_status::timeout);
        if (stop_first) {
            EXPECT_LT(time_of([&] { zk->stop(); }), at_once);
            EXPECT_EQ(tally.completed(), 1U);
        }
        end_at_once(zk);
        ASSERT_EQ(blocked.wait_for(at_once), std::future_status::ready);
        EXPECT_EQ(blocked.get(), ClientErrc::interrupted);
        ASSERT_TRUE(tally.wait_complete());
        EXPECT_EQ(tally.endings()["interrupted, not sent"], 1U);
        EXPECT_TRUE(tally.each_exactly_once());
        EXPECT_EQ(tries, 2);
    }
}

TEST_P(Retries, EndWithAnAttemptCutOffByTheStop) {
    StartedClient zk(through_proxy().command_retry(slow()).close_timeout(100ms));
    proxy().freeze();
    const auto result = zk.retry_async([&] { return zk.set_async("/", "x"); });
    EXPECT_FALSE(result.wait(50ms));
    zk.stop();
    const auto failure = failure_of(result);
    EXPECT_EQ(failure.code(), ClientErrc::interrupted);
    EXPECT_EQ(failure.outcome(), Outcome::unknown);
    proxy().restore();
}

TEST_P(Retries, InsideACallback) {
    StartedClient zk(through_proxy().command_retry(quick()));
    std::promise<std::error_code> done;
    zk.exists_async("/").rawlink([&](const auto&) {
        int tries = 0;
        done.set_value(code_of([&] {
            zk.retry([&] {
                if (++tries < 3) throw ForceRetryError();
                zk.get("/");
            });
        }));
    });
    const auto code = done.get_future().get();
    EXPECT_EQ(code, callbacks_may_block() ? std::error_code() : ClientErrc::would_deadlock);
}

TEST_P(Retries, OfACoroutine) {
    StartedClient zk(through_proxy().command_retry(quick()));
    int tries = 0;
    const auto steps = [&]() -> AsyncResult<std::string> {
        const auto stat = co_await zk.exists_async("/steps");
        if (!stat) {
            co_await zk.create_async("/steps", "done");
        }
        if (++tries < 3) {
            throw ForceRetryError();
        }
        const auto node = co_await zk.get_async("/steps");
        co_return node.data;
    };
    const auto outer = [&]() -> AsyncResult<std::string> {
        const auto data = co_await zk.retry_async(steps);
        co_return data + "!";
    };
    EXPECT_EQ(outer().get(patience), "done!");
    EXPECT_EQ(tries, 3);
}

KAZOO_ON_OWN_HANDLERS(Retries);

}  // namespace
}  // namespace kazoo::testing_support
