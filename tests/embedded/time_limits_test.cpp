// SPDX-License-Identifier: Apache-2.0
// Time limits of calls: unlimited ones, and limits set on the client.
#include "embedded_fixture.hpp"

#include <chrono>
#include <future>
#include <thread>

namespace kazoo::embedded_tests {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Years = std::chrono::duration<std::int64_t, std::ratio<86400 * 365>>;

/// Delay of a late reply.
constexpr auto a_little = 100ms;

class LongestTimes : public ::testing::Test {
protected:
    void SetUp() override { zk.start(hours::max()); }

    Server server;
    KazooClient zk{to(server.hosts())
                       .timeout(hours::max())
                       .connect_timeout(milliseconds::max())
                       .close_timeout(Years(300))};
};

TEST_F(LongestTimes, DoNotLimitAnOperation) {
    server.inject(Fault::delay(a_little).on(Request::get));
    EXPECT_EQ(zk.get_async("/").get(hours::max()).data, "");
    EXPECT_EQ(zk.get_async("/").get(milliseconds::max()).data, "");
    EXPECT_TRUE(zk.get_async("/").wait(Years(300)));
    EXPECT_EQ(zk.get("/", CallOptions().timeout(hours::max())).data, "");
    EXPECT_EQ(zk.get("/", CallOptions().timeout(milliseconds::max())).data, "");
    EXPECT_EQ(zk.get("/", CallOptions().deadline(TimePoint::max())).data, "");
}

TEST_F(LongestTimes, DoNotLimitAnEvent) {
    const Event event(zk.handler());
    std::thread setter([&] {
        std::this_thread::sleep_for(a_little);
        event.set();
    });
    EXPECT_TRUE(event.wait(hours::max()));
    setter.join();
}

TEST_F(LongestTimes, DoNotLimitARetry) {
    int calls = 0;
    const KazooRetry retry(
        RetryPolicy().delay(1ms).max_delay(hours::max()).deadline(Years(300)), zk.handler()
    );
    retry([&] {
        if (++calls < 3) throw ConnectionLoss();
        static_cast<void>(zk.get("/"));
    });
    EXPECT_EQ(calls, 3);
}

TEST_F(LongestTimes, DoNotLimitTheStop) {
    const auto session = zk.client_id()->session_id;
    server.inject(Fault::delay(a_little).on(Request::close));
    const auto before = Clock::now();
    zk.stop();
    // The server's clock has whole milliseconds, so its delay may end up to one millisecond early.
    EXPECT_GE(Clock::now() - before, a_little - 1ms) << "it has waited for the server";
    for (const auto alive : server.sessions()) EXPECT_NE(alive, session);
}

/// Options for a port where no server listens.
ClientOptions to_closed_port() {
    return to("127.0.0.1:1");
}

TEST(TimeLimits, TheClientsTimeoutEndsCallsThatWaitForASession) {
    KazooClient zk(to_closed_port().call_timeout(200ms));
    zk.start_async();
    const auto before = Clock::now();
    EXPECT_THROW(zk.get("/a"), OperationTimeoutError);
    EXPECT_THROW(zk.ensure_path("/a/b"), OperationTimeoutError);
    EXPECT_THROW(zk.add_auth("digest", "user:password"), OperationTimeoutError);
    EXPECT_LT(Clock::now() - before, patience);
    // The timeout of the call overrides the client's.
    EXPECT_THROW(zk.get("/a", CallOptions().timeout(1ms)), OperationTimeoutError);
    const auto unlimited = zk.get_async("/a", CallOptions().timeout(Duration::max()));
    const auto later = zk.get_async("/a", CallOptions().deadline(Clock::now() + 1h));
    EXPECT_FALSE(unlimited.wait(400ms));
    EXPECT_FALSE(later.ready());
}

TEST(TimeLimits, ADeadlineIsAPointInTime) {
    KazooClient zk(to_closed_port());
    zk.start_async();
    const auto shared = CallOptions().deadline(Clock::now() + 200ms);
    EXPECT_THROW(zk.get("/a", shared), OperationTimeoutError);
    EXPECT_GE(Clock::now(), *shared.deadline());
    EXPECT_TRUE(zk.get_async("/b", shared).ready()) << "the time is over for all of them";
    // With a deadline and a timeout, the earlier one counts.
    const auto longer = CallOptions().deadline(Clock::now() + 1h).timeout(1ms);
    EXPECT_THROW(zk.get("/a", longer), OperationTimeoutError);
    const auto shorter = CallOptions().deadline(Clock::now() + 1ms).timeout(1h);
    EXPECT_THROW(zk.get("/a", shorter), OperationTimeoutError);
}

TEST(TimeLimits, ARetryWithoutServersEndsAtItsDeadline) {
    KazooClient zk(to_closed_port().command_retry(RetryPolicy().delay(1ms).deadline(300ms)));
    zk.start_async();
    const auto check = [&](const char* what, auto call) {
        const auto before = Clock::now();
        EXPECT_THROW(call(), RetryFailedError) << what;
        EXPECT_GE(Clock::now() - before, 200ms) << what;
        EXPECT_LT(Clock::now() - before, patience) << what;
    };
    check("blocking", [&] { zk.retry([&] { return zk.get("/a"); }); });
    check("credentials", [&] { zk.retry([&] { zk.add_auth("digest", "user:password"); }); });
    check("several steps", [&] { zk.retry([&] { return zk.ensure_path("/a/b/c"); }); });
    check("result", [&] { zk.retry([&] { return zk.get_async("/a").get(); }); });
    check("member", [&] { zk.retry(&KazooClient::get, zk, "/a"); });
    check("asynchronous", [&] { zk.retry_async([&] { return zk.get_async("/a"); }).get(); });
    check("coroutine", [&] {
        zk.retry_async([&]() -> AsyncResult<> {
              for (;;) {
                  co_await zk.exists_async("/a");
              }
          }).get();
    });
    EXPECT_EQ(detail::DeadlineScope::present(), TimePoint::max());
}

TEST(TimeLimits, ARetryIsServedWhenTheServersReturn) {
    Server server;
    StartedClient zk(to(server.hosts()).command_retry(RetryPolicy().delay(1ms).deadline(60s)));
    server.inject(Fault::drop_before().on(Request::get).once());
    EXPECT_EQ(zk.retry(&KazooClient::get, zk, "/").data, "");
    server.inject(Fault::fail(Errc::throttled_op).on(Request::get).times(2));
    EXPECT_EQ(zk.retry(&KazooClient::get, zk, "/").data, "");
    server.inject(Fault::fail(Errc::session_moved).on(Request::set).times(2));
    EXPECT_EQ(zk.retry(&KazooClient::set, zk, "/", "data").version, 1);
}

}  // namespace
}  // namespace kazoo::embedded_tests
