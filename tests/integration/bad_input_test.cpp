// SPDX-License-Identifier: Apache-2.0
// Invalid arguments of a program, and the limits of a client.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <functional>

namespace kazoo::testing_support {
namespace {

class BadInput : public FaultTest {
protected:
    /// The first connection still exists and works.
    void expect_intact(KazooClient& zk) {
        EXPECT_TRUE(zk.exists("/").has_value());
        EXPECT_EQ(proxy().accepted(), 1U);
    }
};

std::vector<std::string> wrong_paths() {
    using namespace std::string_literals;
    return {
        "/a/../b",
        "/a/.",
        "/./a",
        "..",
        "/a\0b"s,
        "\0"s,
        "/a\nb",
        "/a\x7f",
        "/a\x1f/b",
        "/a\u0085",         // a control character
        "/a\uE000",         // private use
        "/a\uFFFF",         // not a character
        "/a\U0001F600",     // outside the Basic Multilingual Plane
        "/a\xed\xa0\x80"};  // a surrogate
}

TEST_P(BadInput, InvalidPaths) {
    StartedClient zk(through_proxy());
    const std::vector<std::function<void(const std::string&)>> calls{
        [&](const auto& path) { zk.create(path); },
        [&](const auto& path) { zk.create(path, "", CreateOptions().makepath()); },
        [&](const auto& path) { zk.create_with_stat(path); },
        [&](const auto& path) { zk.ensure_path(path); },
        [&](const auto& path) { (void)zk.exists(path); },
        [&](const auto& path) { (void)zk.get(path); },
        [&](const auto& path) { (void)zk.get_children(path); },
        [&](const auto& path) { (void)zk.get_children_with_stat(path); },
        [&](const auto& path) { zk.set(path, "x"); },
        [&](const auto& path) { zk.delete_(path); },
        [&](const auto& path) { zk.delete_recursive(path); },
        [&](const auto& path) { zk.create(path, "", CreateOptions().protect()); },
        [&](const auto& path) { zk.delete_guaranteed(path, 1); },
        [&](const auto& path) { (void)zk.get_acls(path); },
        [&](const auto& path) { zk.set_acls(path, open_acl_unsafe()); },
        [&](const auto& path) { zk.sync(path); }};
    for (const auto& path : wrong_paths()) {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            SCOPED_TRACE(testing::PrintToString(path) + " to call " + std::to_string(i));
            const auto error = thrown<BadArgumentsError>([&] { calls[i](path); });
            EXPECT_EQ(error.outcome(), Outcome::not_sent);
            EXPECT_FALSE(error.detail().empty());
            // Every message is a single line.
            EXPECT_EQ(error.message().find('\n'), std::string::npos);
        }
    }
    expect_intact(zk);
}

TEST_P(BadInput, UnusualPathsAreNormalised) {
    StartedClient zk(through_proxy());
    EXPECT_EQ(zk.create("no/slash", "", CreateOptions().makepath()), "/no/slash");
    EXPECT_EQ(zk.create("//many///slashes//", "", CreateOptions().makepath()), "/many/slashes");
    EXPECT_TRUE(zk.exists("").has_value());
    EXPECT_TRUE(zk.exists("///").has_value());
    EXPECT_EQ(zk.create("/...", ""), "/...");
    EXPECT_EQ(zk.create("/\u00e4\u4e16", ""), "/\u00e4\u4e16");
    // Invalid UTF-8 is left for the server to reject.
    const auto refused = thrown<BadArgumentsError>([&] { zk.create("/\xff"); });
    EXPECT_EQ(refused.outcome(), Outcome::not_applied);
    expect_intact(zk);
}

TEST_P(BadInput, OversizedData) {
    StartedClient zk(through_proxy());
    constexpr std::size_t limit = 0xfffff;
    for (const std::size_t size : {limit - 10, limit, limit + 1, 5 * limit}) {
        const std::string data(size, 'x');
        const std::vector<std::function<void()>> calls{
            [&] { zk.set("/", data); },
            [&] { zk.create("/large", data); },
            [&] { zk.create("/large/child", data, CreateOptions().makepath()); },
            [&] { zk.set("/" + data, ""); },
            [&] { (void)zk.get("/" + data); }};
        for (std::size_t i = 0; i < calls.size(); ++i) {
            SCOPED_TRACE(std::to_string(size) + " bytes to call " + std::to_string(i));
            const auto error = thrown<RequestTooLargeError>(calls[i]);
            EXPECT_EQ(error.outcome(), Outcome::not_sent);
            EXPECT_NE(error.message().find(std::to_string(limit)), std::string::npos) << error;
            // It begins with the size of the data, or of the whole request.
            const auto said = std::stoull(error.detail());
            EXPECT_GE(said, size) << error.detail();
            EXPECT_LT(said, size + 300) << error.detail();
            EXPECT_LT(error.message().size(), 1000U);
        }
    }
    EXPECT_FALSE(zk.exists("/large").has_value());
    const std::string fits(limit - 200, 'x');
    EXPECT_EQ(zk.set("/", fits).data_length, static_cast<std::int32_t>(fits.size()));
    expect_intact(zk);
}

TEST_P(BadInput, ImpossibleConfigurations) {
    const auto refused = [&](ClientOptions wrong) {
        const auto error =
            thrown<ConfigurationError>([&] { const KazooClient zk(std::move(wrong)); });
        EXPECT_EQ(error.outcome(), Outcome::not_sent);
        EXPECT_FALSE(error.detail().empty());
    };
    for (const auto* hosts :
         {"",     " ",     ",",      "a,",      ",a",   "a,,b",     "/",           "/chroot",
          "a:",   ":2181", "a:0",    "a:65536", "a:-1", "a:x",      "a:2181:2181", "::1",
          "[::1", "[x]:1", "[::1]x", "a b",     "a\nb", "a:1/../x", "a:1/x\ny"}) {
        SCOPED_TRACE(hosts);
        refused(options_for(hosts));
    }
    refused(through_proxy().timeout(0ms));
    refused(through_proxy().timeout(-1ms));
    refused(through_proxy().connect_timeout(-1ms));
    refused(through_proxy().close_timeout(-1ms));

    StartedClient zk(through_proxy());
    EXPECT_THROW(zk.set_hosts("a:x"), ConfigurationError);
    EXPECT_THROW(zk.set_hosts(""), ConfigurationError);
    EXPECT_THROW(zk.set_hosts("127.0.0.1:1/another"), ConfigurationError);
    EXPECT_THROW(zk.close(), ConfigurationError);
    expect_intact(zk);
}

TEST_P(BadInput, TimeoutsThatPassAtOnce) {
    StartedClient zk(through_proxy());
    for (const Duration timeout : {Duration::zero(), Duration(-1s), Duration::min()}) {
        const auto options = CallOptions().timeout(timeout);
        const auto error = thrown<OperationTimeoutError>([&] { zk.set("/", "x", -1, options); });
        EXPECT_EQ(error.outcome(), Outcome::not_sent);
        EXPECT_THROW(zk.ensure_path("/a/b", std::nullopt, options), OperationTimeoutError);
        proxy().freeze();
        EXPECT_THROW(zk.exists_async("/").get(timeout), KazooTimeoutError);
        EXPECT_FALSE(zk.exists_async("/").wait(timeout));
        proxy().restore();
    }
    EXPECT_TRUE(zk.get_async("/", {}, CallOptions().timeout(Duration::max())).wait(patience));
    for (const Duration timeout : {Duration::zero(), Duration(-1s), Duration::min()}) {
        proxy().cut();
        KazooClient late(through_proxy());
        EXPECT_LT(time_of([&] { EXPECT_THROW(late.start(timeout), KazooTimeoutError); }), at_once);
        proxy().restore();
        EXPECT_NO_THROW(late.start(Duration::max()));
    }
}

TEST_P(BadInput, UnreachableHosts) {
    constexpr auto limit = 300ms;
    FakeServer silent([](FakeConnection& connection, int) { connection.stay_silent(); });
    for (const auto& hosts : std::vector<std::string>{
             "nowhere.invalid:2181",
             "one.invalid,two.invalid:1,three.invalid/chroot",
             "127.0.0.1:1",
             silent.hosts()}) {
        SCOPED_TRACE(hosts);
        KazooClient zk(options_for(hosts));
        Error error;
        const auto taken =
            time_of([&] { error = thrown<KazooTimeoutError>([&] { zk.start(limit); }); });
        EXPECT_GE(taken, limit);
        EXPECT_LT(taken, limit + 1s);
        EXPECT_NE(error.message().find(hosts), std::string::npos) << error;
        EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
        EXPECT_THROW(zk.get("/"), ConnectionClosedError);
    }
    // Next to a working server they only cost time.
    KazooClient zk(options_for(
                       "nowhere.invalid,127.0.0.1:1," + silent.hosts() + "," +
                       shared_server().hosts() + chroot()
    )
                       .randomize_hosts(false)
                       .connect_timeout(200ms));
    EXPECT_NO_THROW(zk.start(patience));
    EXPECT_TRUE(zk.exists("/").has_value());
}

TEST_P(BadInput, StartReportsTheFailureOfEachServer) {
    FakeServer http([](FakeConnection& c, int) { c.send("HTTP/1.1 400\r\n"), c.stay_silent(); });
    FakeServer tls([](FakeConnection& c, int) {
        c.send(std::string("\x15\x03\x03\0\x02\x02\x46", 7)), c.stay_silent();
    });
    FakeServer silent([](FakeConnection& c, int) { c.stay_silent(); });
    FakeServer closes([](FakeConnection& c, int) { c.read_hello(); });
    FakeServer read_only([](FakeConnection& c, int) {
        c.read_hello();
        auto answer = c.answer(c.new_session(), 5000);
        answer.read_only = true;
        c.send(frame(answer)), c.stay_silent();
    });
    const std::vector<std::pair<std::string, std::string>> servers{
        {"127.0.0.1:1", "Connection refused"},
        {"nowhere.invalid:2181", "the name does not resolve"},
        {http.hosts(), "the peer is an HTTP server, not a ZooKeeper server"},
        {tls.hosts(), "the server expects TLS"},
        {silent.hosts(), "timed out: the connection was accepted, but the server did"},
        {closes.hosts(), "the server closed the connection instead of answering"},
        {read_only.hosts(), "the server is read-only"}};
    std::string hosts;
    for (const auto& [server, reason] : servers) {
        hosts += (hosts.empty() ? "" : ",") + server;
    }
    KazooClient zk(
        options_for(hosts).connect_timeout(300ms).connection_retry(RetryPolicy().max_tries(1))
    );
    const auto error = thrown<ConnectionLoss>([&] { zk.start(patience); });
    for (const auto& [server, reason] : servers) {
        EXPECT_NE(error.message().find(server + ": " + reason), std::string::npos) << error;
    }

    KazooClient late(options_for("127.0.0.1:1"));
    const auto timeout = thrown<KazooTimeoutError>([&] { late.start(100ms); });
    EXPECT_NE(timeout.message().find("tried 127.0.0.1:1: Connection refused"), std::string::npos);
    EXPECT_EQ(timeout.message().find("goes on"), std::string::npos) << "it has been stopped";
}

TEST_P(BadInput, ExhaustedRetries) {
    KazooClient zk(options_for("127.0.0.1:1,nowhere.invalid")
                       .connection_retry(RetryPolicy().max_tries(3).delay(1ms)));
    const auto waiting = zk.get_async("/");
    EXPECT_EQ(failure_of(waiting).code(), ClientErrc::connection_closed);
    const auto error = thrown<ConnectionLoss>([&] { zk.start(patience); });
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    EXPECT_THROW(zk.get("/"), ConnectionClosedError);
}

TEST_P(BadInput, TooManyRequests) {
    ClientLimits limits;
    limits.requests = 100;
    KazooClient zk(through_proxy().limits(limits));
    StateLog states(zk);
    zk.start(patience);
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    Tally waiting;
    for (std::size_t i = 0; i < limits.requests; ++i) waiting.add(zk.exists_async("/"));
    Tally refused;
    for (int i = 0; i < 10; ++i) refused.add(zk.set_async("/", "x"));
    refused.add(zk.ensure_path_async("/a/b"));
    ASSERT_TRUE(refused.wait_complete());
    EXPECT_EQ(refused.endings(), (Endings{{"queue_full, not sent", 11}}));
    EXPECT_THROW(zk.get("/"), QueueFullError);
    EXPECT_EQ(waiting.completed(), 0U);
    proxy().restore();
    ASSERT_TRUE(waiting.wait_complete());
    EXPECT_EQ(waiting.endings()["ok"], limits.requests);
    EXPECT_TRUE(zk.exists("/").has_value());
}

TEST_P(BadInput, TooManyQueuedBytes) {
    ClientLimits limits;
    limits.queued_bytes = 1'000'000;
    KazooClient zk(through_proxy().limits(limits));
    StateLog states(zk);
    zk.start(patience);
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    const std::string data(100'000, 'x');
    std::vector<AsyncResult<ZnodeStat>> writes;
    while (writes.empty() || !writes.back().ready()) {
        ASSERT_LT(writes.size(), 20U);
        writes.push_back(zk.set_async("/", data));
    }
    EXPECT_GE(writes.size(), 10U);
    EXPECT_EQ(failure_of(writes.back()).code(), ClientErrc::queue_full);
    writes.pop_back();
    proxy().restore();
    for (const auto& write : writes) EXPECT_FALSE(failure_of(write).code());
}

TEST_P(BadInput, TooManyWatches) {
    ClientLimits limits;
    limits.watches = 10;
    StartedClient zk(through_proxy().limits(limits));
    const auto watch = [](const WatchedEvent&) {};
    for (std::size_t i = 0; i < limits.watches; ++i) {
        EXPECT_FALSE(zk.exists("/" + std::to_string(i), watch).has_value());
    }
    EXPECT_EQ(
        thrown<TooManyWatchesError>([&] { zk.get("/", watch); }).outcome(), Outcome::not_sent
    );
    EXPECT_NO_THROW(zk.get("/"));
    zk.create("/0");  // makes room
    EXPECT_NO_THROW(zk.get("/", watch));
    EXPECT_THROW(zk.get_children("/", watch), TooManyWatchesError);
    expect_intact(zk);
}

TEST_P(BadInput, OversizedReplies) {
    ClientLimits limits;
    limits.reply_bytes = 1000;
    StartedClient zk(through_proxy().limits(limits));
    zk.create("/large", std::string(5000, 'x'));
    const auto error = thrown<ResponseTooLargeError>([&] { zk.get("/large"); });
    EXPECT_EQ(error.path(), "/large");
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_TRUE(zk.exists("/large").has_value());
    for (int i = 0; i < 20; ++i) zk.create("/large/" + std::string(100, 'x') + std::to_string(i));
    EXPECT_THROW(zk.get_children("/large"), ResponseTooLargeError);
    expect_intact(zk);
}

TEST_P(BadInput, OversizedRepliesAreNotRequestedAgain) {
    ClientLimits limits;
    limits.reply_bytes = 1000;
    StartedClient zk(through_proxy().limits(limits));
    zk.create("/large", std::string(5000, 'x'));
    int calls = 0;
    const auto read = [&] {
        ++calls;
        return zk.get("/large");
    };
    EXPECT_THROW(zk.retry(read), ResponseTooLargeError);
    EXPECT_EQ(calls, 1);
    expect_intact(zk);
}

TEST_P(BadInput, ThrowingCallbacks) {
    KazooClient zk(through_proxy());
    zk.add_listener([](KazooState) { throw std::runtime_error("from the listener"); });
    zk.start(patience);
    zk.exists("/a", [](const WatchedEvent&) { throw std::runtime_error("from the watch"); });
    zk.create("/a");
    zk.exists_async("/").rawlink([](const auto&) { throw 42; });
    Tally tally;
    tally.add(zk.exists_async("/"));
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_TRUE(wait_for_log("from the listener"));
    EXPECT_TRUE(wait_for_log("from the watch"));
    EXPECT_TRUE(wait_for_log("completion lane threw an object"));
    expect_intact(zk);
}

KAZOO_ON_OWN_HANDLERS(BadInput);

}  // namespace
}  // namespace kazoo::testing_support
