// SPDX-License-Identifier: Apache-2.0
// Whole clients whose servers change: set_hosts, and host providers.
#include "embedded_fixture.hpp"

#include <kazoo/handlers/threading.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using ::testing::HasSubstr;

bool arrives_at(const KazooClient& zk, const std::string& server) {
    return becomes_true([&] { return zk.connected_server() == server; });
}

/// Of 60 clients, each moves with probability 1/2.
void expect_half_moved_to(
    const std::string& server, const std::vector<std::unique_ptr<StartedClient>>& all
) {
    const auto moved = [&] {
        return std::count_if(all.begin(), all.end(), [&](const auto& zk) {
            return zk->connected_server() == server;
        });
    };
    // Fewer than 11 have less than one chance in a million.
    EXPECT_TRUE(becomes_true([&] { return moved() >= 11; }));
    for (const auto& zk : all) {
        EXPECT_TRUE(zk->exists("/"));
    }
    EXPECT_LE(moved(), 49);
}

TEST(HostChanges, AClientOfARemovedServerMovesWithItsSession) {
    Ensemble ensemble(2);
    StartedClient zk(to(ensemble[0].hosts()));
    StateLog states(zk);
    const auto session = zk.client_id()->session_id;
    zk.create("/mine", "", CreateOptions().ephemeral());
    std::vector<AsyncResult<ZnodeStat>> writes;
    for (int i = 0; i < 200; ++i) {
        if (i == 100) {
            zk.set_hosts(ensemble[1].hosts());
        }
        writes.push_back(zk.set_async("/mine", std::to_string(i)));
    }
    for (const auto& write : writes) {
        write.get(patience);  // no request is lost by the move
    }
    ASSERT_TRUE(arrives_at(zk, ensemble[1].hosts()));
    EXPECT_EQ(zk.client_id()->session_id, session);
    EXPECT_EQ(zk.get("/mine").data, "199");
    ASSERT_TRUE(states.wait_for(2));
    EXPECT_EQ(states.states(), (std::vector{SUSPENDED, CONNECTED}));
    const auto lost = zk.metrics().connections_lost;
    EXPECT_EQ(lost[static_cast<std::size_t>(LossReason::moved)], 1U);
}

TEST(HostChanges, WithoutRebalancingAClientStays) {
    Ensemble ensemble(2);
    StartedClient zk(to(ensemble[0].hosts()));
    zk.set_hosts(ensemble[1].hosts(), std::nullopt, Rebalance::no);
    EXPECT_TRUE(zk.exists("/"));
    EXPECT_EQ(zk.connected_server(), ensemble[0].hosts());
    ensemble[0].drop_connections();
    EXPECT_TRUE(arrives_at(zk, ensemble[1].hosts())) << "from the next connection on";
}

TEST(HostChanges, WatchesSurviveAMove) {
    Ensemble ensemble(2);
    StartedClient zk(to(ensemble[0].hosts()));
    zk.create("/a");
    std::atomic<int> fired{0};
    zk.get("/a", [&](const WatchedEvent& event) { fired += event.type == EventType::CHANGED; });
    zk.set_hosts(ensemble[1].hosts());
    ASSERT_TRUE(arrives_at(zk, ensemble[1].hosts()));
    zk.set("/a", "x");
    EXPECT_TRUE(becomes_true([&] { return fired == 1; }));
}

TEST(HostChanges, ClientsSpreadOverAnAddedServer) {
    constexpr std::size_t clients = 60;
    Ensemble ensemble(2);
    const auto handler = std::make_shared<SequentialThreadingHandler>();
    std::vector<std::unique_ptr<StartedClient>> all;
    for (std::size_t i = 0; i < clients; ++i) {
        all.push_back(std::make_unique<StartedClient>(
            to(ensemble[0].hosts()).randomize_hosts(true).handler(handler)
        ));
    }
    for (const auto& zk : all) {
        zk->set_hosts(ensemble[0].hosts() + "," + ensemble[1].hosts());
    }
    expect_half_moved_to(ensemble[1].hosts(), all);
}

/// A list of servers that a test changes. Thread-safe.
class Directory {
public:
    explicit Directory(std::string hosts) : hosts_(std::move(hosts)) {}
    void set(std::string hosts) {
        const std::lock_guard lock(mutex_);
        hosts_ = std::move(hosts);
    }
    std::string get() {
        ++questions_;
        const std::lock_guard lock(mutex_);
        return hosts_;
    }
    [[nodiscard]] int questions() const { return questions_; }

private:
    std::mutex mutex_;
    std::string hosts_;  // guarded by mutex_
    std::atomic<int> questions_{0};
};

TEST(HostProviders, AreAskedBeforeEachRound) {
    Ensemble ensemble(2);
    Directory directory(ensemble[0].hosts());
    StartedClient zk(to("ignored:1").host_provider([&] { return directory.get(); }));
    EXPECT_EQ(zk.connected_server(), ensemble[0].hosts());
    EXPECT_EQ(directory.questions(), 1);
    directory.set(ensemble[1].hosts());
    const auto session = zk.client_id()->session_id;
    ensemble[0].drop_connections();
    EXPECT_TRUE(arrives_at(zk, ensemble[1].hosts()));
    EXPECT_EQ(zk.client_id()->session_id, session);
    EXPECT_GE(directory.questions(), 2);
}

TEST(HostProviders, MayAnswerLaterAndByAListOfServers) {
    Server server;
    const auto hosts = parse_hosts(server.hosts()).value().hosts;
    auto promise = std::make_shared<Promise<std::vector<HostPort>>>();
    KazooClient zk(to("ignored").host_provider([promise] { return promise->result(); }));
    const auto connected = zk.start_async();
    EXPECT_FALSE(connected.wait(20ms));
    promise->set(hosts);
    EXPECT_TRUE(connected.wait(patience));
    zk.stop();
}

TEST(HostProviders, AFailureIsFollowedByAnotherQuestion) {
    Server server;
    std::atomic<int> questions{0};
    KazooClient zk(to("ignored").host_provider([&]() -> std::string {
        switch (++questions) {
            case 1:
                throw std::runtime_error("the file is locked");
            case 2:
                return "a:b:c";
            case 3:
                return "";
            case 4:
                return server.hosts() + "/another-chroot";
            default:
                return server.hosts();
        }
    }));
    zk.start(patience);
    EXPECT_EQ(questions, 5);
    zk.stop();
}

TEST(HostProviders, StartNamesTheReasonOfAFailure) {
    const auto reason = [](HostProvider provider) {
        KazooClient zk(to("ignored")
                           .host_provider(std::move(provider))
                           .connection_retry(RetryPolicy().max_tries(1).delay(5ms)));
        const auto error = thrown<ConnectionLoss>([&] { zk.start(patience); });
        EXPECT_THAT(error.detail(), HasSubstr("host provider"));
        return error.detail();
    };
    EXPECT_THAT(
        reason([]() -> std::string { throw std::runtime_error("no such file"); }),
        HasSubstr("no such file")
    );
    EXPECT_THAT(reason([] { return "a:b:c"; }), HasSubstr("a:b:c"));
    EXPECT_THAT(
        reason([] {
            return std::vector<HostPort>{{"not a name", 1}};
        }),
        HasSubstr("not a name")
    );
    EXPECT_THAT(
        reason([] {
            return std::vector<HostPort>{{"a", 1, HostScheme::tls}, {"b", 1}};
        }),
        HasSubstr("some servers have a scheme (tls:// or tcp://) and some have none: b:1")
    );
    EXPECT_THAT(reason([] { return std::vector<HostPort>(); }), HasSubstr("empty"));
    EXPECT_THAT(
        reason([] { return std::vector<HostPort>(1001, HostPort("a", 1)); }), HasSubstr("1000")
    );
    EXPECT_THAT(reason([] { return "a:1/x"; }), HasSubstr("chroot"));
    const auto abandoned = [] { return Promise<std::string>().result(); };
    EXPECT_THAT(reason(abandoned), HasSubstr("host provider"));
}

TEST(HostProviders, ASlowOneIsNotWaitedForLongerThanItsTimeout) {
    Server server;
    auto promise = std::make_shared<Promise<std::string>>();
    std::atomic<int> questions{0};
    HostProvider slow([promise, &questions] {
        ++questions;
        return promise->result();
    });
    KazooClient zk(to("ignored").host_provider(std::move(slow.timeout(50ms))));
    const auto error = thrown<KazooTimeoutError>([&] { zk.start(300ms); });
    EXPECT_THAT(error.detail(), HasSubstr("no answer yet"));
    EXPECT_EQ(questions, 1) << "one question at a time";
    promise->set(server.hosts());
    zk.start(patience);
    zk.stop();
}

TEST(HostProviders, AClientMayStopWhileItsProviderIsAsked) {
    auto promise = std::make_shared<Promise<std::string>>();
    {
        KazooClient zk(to("ignored").host_provider([promise] { return promise->result(); }));
        const auto connected = zk.start_async();
        EXPECT_FALSE(connected.wait(20ms));
        zk.stop();
        EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
    }
    promise->set(std::string("a:1"));  // to nobody
}

TEST(HostProviders, ARefreshMovesAConnectedClientWithItsSession) {
    Ensemble ensemble(2);
    Directory directory(ensemble[0].hosts());
    StartedClient zk(to("ignored:1").host_provider([&] { return directory.get(); }));
    const auto session = zk.client_id()->session_id;
    zk.refresh_hosts();
    EXPECT_EQ(directory.questions(), 2);
    EXPECT_EQ(zk.connected_server(), ensemble[0].hosts()) << "nothing has changed";
    directory.set(ensemble[1].hosts());
    zk.refresh_hosts(Rebalance::no);
    EXPECT_TRUE(zk.exists("/"));
    EXPECT_EQ(zk.connected_server(), ensemble[0].hosts());
    zk.refresh_hosts_async().get(patience);
    EXPECT_TRUE(arrives_at(zk, ensemble[1].hosts()));
    EXPECT_EQ(zk.client_id()->session_id, session);
}

TEST(HostProviders, ARefreshSpreadsClientsOverAnAddedServer) {
    constexpr std::size_t clients = 60;
    Ensemble ensemble(2);
    const auto handler = std::make_shared<SequentialThreadingHandler>();
    Directory directory(ensemble[0].hosts());
    std::vector<std::unique_ptr<StartedClient>> all;
    for (std::size_t i = 0; i < clients; ++i) {
        all.push_back(std::make_unique<StartedClient>(
            to("ignored:1").randomize_hosts(true).handler(handler).host_provider([&] {
                return directory.get();
            })
        ));
    }
    directory.set(ensemble[0].hosts() + "," + ensemble[1].hosts());
    for (const auto& zk : all) {
        zk->refresh_hosts();
    }
    expect_half_moved_to(ensemble[1].hosts(), all);
}

TEST(HostProviders, ARefreshReportsAFailureAndTheServersStay) {
    Server server;
    Directory directory(server.hosts());
    StartedClient zk(to("ignored:1").host_provider([&] { return directory.get(); }));
    directory.set("a:b:c");
    const auto error = thrown<HostProviderError>([&] { zk.refresh_hosts(); });
    EXPECT_EQ(error.operation(), "refresh_hosts");
    EXPECT_THAT(error.detail(), HasSubstr("a:b:c"));
    EXPECT_TRUE(zk.exists("/"));
    server.drop_connections();
    EXPECT_TRUE(becomes_true([&] { return zk.connected_server() == server.hosts(); }));
}

TEST(HostProviders, ARefreshEndsWithItsTimeLimitItsCancellationAndTheClient) {
    Server server;
    auto promise = std::make_shared<Promise<std::string>>();
    std::atomic<bool> slow{false};
    HostProvider provider([promise, &slow, hosts = server.hosts()]() -> AsyncResult<std::string> {
        if (slow) {
            return promise->result();
        }
        Promise<std::string> at_once;
        at_once.set(hosts);
        return at_once.result();
    });
    StartedClient zk(to("ignored:1").host_provider(std::move(provider.timeout(100ms))));
    slow = true;
    EXPECT_THROW(zk.refresh_hosts(), OperationTimeoutError) << "HostProvider::timeout";
    EXPECT_THROW(
        zk.refresh_hosts(Rebalance::no, CallOptions().timeout(1ms)), OperationTimeoutError
    );
    const auto cancelled = zk.refresh_hosts_async();
    EXPECT_TRUE(cancelled.cancel());
    EXPECT_THROW(cancelled.get(patience), CancelledError);
    const auto stopped = zk.refresh_hosts_async();
    zk.stop();
    EXPECT_THROW(stopped.get(patience), KazooException);
    EXPECT_THROW(zk.refresh_hosts(), ConnectionClosedError);
}

TEST(HostProviders, ARefreshNeedsAProvider) {
    Server server;
    StartedClient zk(to(server.hosts()));
    const auto error = thrown<ConfigurationError>([&] { zk.refresh_hosts(); });
    EXPECT_THAT(error.detail(), HasSubstr("host_provider"));
}

TEST(HostProviders, ABlockingRefreshInAStateListenerThrows) {
    Server server;
    Directory directory(server.hosts());
    StartedClient zk(to("ignored:1").host_provider([&] { return directory.get(); }));
    std::atomic<bool> threw{false};
    const auto id = zk.add_listener([&](KazooState) {
        try {
            zk.refresh_hosts();
        } catch (const WouldDeadlockError&) {
            threw = true;
        }
    });
    server.drop_connections();
    EXPECT_TRUE(becomes_true([&] { return threw.load(); }));
    EXPECT_TRUE(zk.remove_listener_and_wait(id));
}

TEST(HostProviders, ATimeoutMustBePositive) {
    HostProvider provider([] { return "a"; });
    EXPECT_THROW(
        KazooClient(ClientOptions().host_provider(provider.timeout(0ms))), ConfigurationError
    );
}

}  // namespace
}  // namespace kazoo::embedded_tests
