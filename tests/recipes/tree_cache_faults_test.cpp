// SPDX-License-Identifier: Apache-2.0
// TreeCache while connections, sessions and clients come and go, and with old servers.
#include "tree_cache_fixture.hpp"

#include <optional>
#include <random>
#include <utility>

namespace kazoo::recipe_tests {
namespace {

class TreeCacheFaults : public TreeCacheTest {
protected:
    /// Makes random changes below /r.
    void shake(int changes, std::uint32_t seed) {
        std::mt19937 random(seed);
        for (int i = 0; i < changes; ++i) {
            std::string path = "/r";
            for (auto depth = random() % 3; depth > 0; --depth) {
                path += "/" + std::string(1, static_cast<char>('a' + random() % 3));
            }
            try {
                switch (random() % 4) {
                    case 0:
                        other().delete_recursive(path);
                        break;
                    case 1:
                        other().set(path, std::to_string(i));
                        break;
                    default:
                        other().create(path, std::to_string(i));
                }
            } catch (const NoNodeError&) {
            } catch (const NodeExistsError&) {
            }
        }
    }
};

TEST_P(TreeCacheFaults, ALoadSurvivesLostConnectionsAndReplies) {
    create({"/r"});
    for (int i = 0; i < 20; ++i) {
        other().create("/r/" + std::to_string(i), "x");
        other().create("/r/" + std::to_string(i) + "/y", "y");
    }
    const auto session = zk().client_id()->session_id;
    server.inject(Fault::drop_after().on(Request::add_watch).session(session).once());
    server.inject(Fault::drop_before().on(Request::multi).session(session).skip(1).once());
    server.inject(Fault::drop_after().on(Request::multi).session(session).skip(2).once());
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    ASSERT_TRUE(log->wait_for(INITIALIZED));
    EXPECT_TRUE(converges(cache));
    EXPECT_EQ(log->number_of(NODE_ADDED), 41);
    EXPECT_EQ(log->number_of(NODE_REMOVED), 0);
}

TEST_P(TreeCacheFaults, ChangesDuringAnInterruptionAreFoundAndReportedInOrder) {
    create({"/r", "/r/a", "/r/a/x", "/r/b", "/r/b/y", "/r/c"});
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    ASSERT_TRUE(log->wait_for(INITIALIZED));
    const auto before = log->size();
    interrupt([&] {
        other().delete_recursive("/r/a");
        other().create("/r/a", "again");
        other().delete_recursive("/r/b");
        other().set("/r/c", "2");
        other().create("/r/d", "");
        other().create("/r/d/z", "");
    });
    ASSERT_TRUE(log->wait_for(RESYNCED));
    // From another lane than the changes: before them, between them or behind them.
    ASSERT_TRUE(log->wait_for(CONNECTION_RECONNECTED));
    const auto text = log->text(before);
    EXPECT_TRUE(text.starts_with("CONNECTION_SUSPENDED ")) << text;
    for (const char* event :
         {"-/r/a/x", "-/r/a ", "+/r/a ", "-/r/b/y", "-/r/b ", "~/r/c", "+/r/d ", "+/r/d/z"}) {
        EXPECT_LT(text.find(event), text.find("RESYNCED")) << event << " in " << text;
    }
    EXPECT_EQ(log->size() - before, 11);
    EXPECT_TRUE(converges(cache));
    EXPECT_EQ(cache.get_data("/r/a")->data, "again");
}

TEST_P(TreeCacheFaults, TheRootMayBeDeletedAndCreatedAgainDuringAnInterruption) {
    create({"/r", "/r/a"});
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    ASSERT_TRUE(log->wait_for(INITIALIZED));
    interrupt([&] {
        other().delete_recursive("/r");
        create({"/r", "/r/b"});
    });
    ASSERT_TRUE(log->wait_for(RESYNCED));
    ASSERT_TRUE(converges(cache));
    interrupt([&] { other().delete_recursive("/r"); });
    ASSERT_TRUE(log->wait_for(RESYNCED, 2));
    EXPECT_EQ(cache.size(), 0);
    create({"/r", "/r/c"});
    EXPECT_TRUE(converges(cache));
}

TEST_P(TreeCacheFaults, ContinuesInTheNextSession) {
    create({"/r", "/r/a", "/r/a/b"});
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    ASSERT_TRUE(log->wait_for(INITIALIZED));
    const auto held = server.inject(Fault::fail(Errc::connection_loss).on(Request::add_watch));
    expire_session();
    other().set("/r/a", "2");
    other().create("/r/c", "");
    other().delete_("/r/a/b");
    server.remove(held);
    ASSERT_TRUE(log->wait_for(RESYNCED));
    ASSERT_TRUE(log->wait_for(CONNECTION_LOST));
    EXPECT_TRUE(converges(cache));
    other().set("/r/c", "3");
    EXPECT_TRUE(converges(cache)) << "the watch is set in the new session";
    EXPECT_EQ(log->number_of(NODE_REMOVED), 1) << "exactly the differences";
    EXPECT_EQ(log->number_of(INITIALIZED), 1);
}

TEST_P(TreeCacheFaults, ConvergesWhateverIsLost) {
    create({"/r"});
    TreeCache cache(zk(), "/r", quickly());
    record(cache);
    cache.start();
    for (std::uint32_t round = 0; round < 6; ++round) {
        const auto session = zk().client_id().value_or(ClientId()).session_id;
        server.inject(Fault::drop_after()
                          .on(round % 2 == 0 ? Request::multi : Request::exists)
                          .session(session)
                          .skip(static_cast<int>(round % 3))
                          .once());
        shake(15, round);
        if (round % 3 == 2) {
            expire_session();
        } else {
            server.drop_connection(session);
        }
        shake(15, 100 + round);
    }
    server.clear_faults();
    EXPECT_TRUE(converges(cache));
    EXPECT_EQ(cache.ended(), std::nullopt);
}

TEST_P(TreeCacheFaults, FollowsServersWithoutRecursiveWatches) {
    for (const auto release : {testing::Release::zookeeper_3_5, testing::Release::zookeeper_3_4}) {
        Server old(ServerOptions().tick(100ms).release(release));
        KazooClient writer(ClientOptions().hosts(old.hosts()).close_timeout(2s));
        writer.start(patience);
        KazooClient client(options().hosts(old.hosts()));
        client.start(patience);
        auto seen = std::make_shared<TreeLog>();
        TreeCache cache(client, "/r", quickly());
        cache.listen([seen](const TreeEvent& event) { seen->add(event); });
        cache.start();
        ASSERT_TRUE(seen->wait_for(INITIALIZED));
        const auto before = seen->size();
        writer.create("/r", "1");
        ASSERT_TRUE(seen->wait_for(NODE_ADDED));
        writer.create("/r/a", "2");
        ASSERT_TRUE(seen->wait_for(NODE_ADDED, 2));
        writer.create("/r/a/b", "3");
        ASSERT_TRUE(seen->wait_for(NODE_ADDED, 3));
        writer.set("/r/a", "4");
        ASSERT_TRUE(seen->wait_for(NODE_UPDATED));
        writer.delete_("/r/a/b");
        ASSERT_TRUE(seen->wait_for(NODE_REMOVED));
        // A server that does not know the request for the watch may have closed the connection.
        auto text = seen->text(before);
        for (const std::string state : {"CONNECTION_SUSPENDED ", "CONNECTION_RECONNECTED "}) {
            if (const auto at = text.find(state); at != std::string::npos) {
                text.erase(at, state.size());
            }
        }
        EXPECT_EQ(text, "+/r +/r/a +/r/a/b ~/r/a -/r/a/b");
        const testing_support::StateLog states(client);
        const auto session = client.client_id()->session_id;
        ASSERT_TRUE(old.expire_session(session));
        ASSERT_TRUE(states.wait_for(KazooState::CONNECTED));
        writer.set("/r/a", "5");
        ASSERT_TRUE(seen->wait_for(NODE_UPDATED, 2));
        EXPECT_EQ(cache.get_data("/r/a")->data, "5");
    }
}

TEST_P(TreeCacheFaults, OneShotWatchesNeedNoReadAfterAReconnect) {
    Server old(ServerOptions().tick(100ms).release(testing::Release::zookeeper_3_5));
    KazooClient client(options().hosts(old.hosts()));
    client.start(patience);
    client.create("/r", "1");
    client.create("/r/a", "1");
    TreeCache cache(client, "/r", quickly());
    cache.start();
    cache.initialized().get(patience);
    const auto reads = [&] {
        const auto metrics = client.metrics();
        return metrics.find("get")->ended() + metrics.find("get_children")->ended();
    };
    const auto before = reads();
    const testing_support::StateLog states(client);
    old.drop_connection(client.client_id()->session_id);
    ASSERT_TRUE(states.wait_for(KazooState::CONNECTED));
    client.set("/r/a", "2");
    EXPECT_TRUE(wait_until([&] { return cache.get_data("/r/a")->data == "2"; }, patience));
    EXPECT_EQ(reads(), before + 1) << "only what has changed";
}

TEST_P(TreeCacheFaults, ContinuesWhenTheClientIsStartedAgain) {
    create({"/r"});
    auto& client = make_client();
    TreeCache cache(client, "/r", quickly());
    record(cache);
    cache.start();
    client.start(patience);
    ASSERT_TRUE(log->wait_for(INITIALIZED));
    client.stop();
    create({"/r/a"});
    client.start(patience);
    ASSERT_TRUE(log->wait_for(RESYNCED));
    EXPECT_TRUE(converges(cache));
    EXPECT_GE(log->number_of(CONNECTION_LOST), 1);
    EXPECT_EQ(cache.ended(), std::nullopt);
}

TEST_P(TreeCacheFaults, FollowsAClientThatIsMovedAndEndsWhenItIsDestroyed) {
    create({"/r"});
    std::optional<KazooClient> client(std::in_place, options());
    client->start(patience);
    TreeCache cache(*client, "/r", quickly());
    cache.start();
    cache.initialized().get(patience);
    auto stream = cache.stream(StreamFrom::now);
    std::optional<KazooClient> moved(std::move(*client));
    client.reset();
    create({"/r/a"});
    EXPECT_TRUE(converges(cache));
    EXPECT_EQ(stream.next().get(patience)->path, "/r/a");
    auto last = stream.next();
    moved.reset();
    EXPECT_TRUE(becomes(cache, WatchEnd::client_stopped));
    const auto ended = wait_until([&] { return last.ready(); }, patience);
    EXPECT_TRUE(ended);
    TreeCache late(zk(), "/r", quickly());
    {
        KazooClient gone(options());
        late = TreeCache(gone, "/r", quickly());
    }
    EXPECT_THROW(late.start(), ConnectionClosedError);
}

TEST_P(TreeCacheFaults, MayBeDestroyedAtAnyTime) {
    create({"/r"});
    for (int i = 0; i < 50; ++i) other().create("/r/" + std::to_string(i), "x");
    const auto session = zk().client_id()->session_id;
    for (int round = 0; round < 12; ++round) {
        if (round % 4 == 3) server.drop_connection(session);
        TreeCache cache(zk(), "/r", quickly());
        record(cache);
        log = std::make_shared<TreeLog>();
        auto stream = cache.stream();
        cache.start();
        const auto next = stream.next();
        if (round % 3 == 1) next.wait(patience);
        if (round % 3 == 2) cache.initialized().wait(patience);
    }
    EXPECT_TRUE(wait_until([&] { return zk().metrics().watches_registered == 0; }, patience));
}

KAZOO_ON_EACH_HANDLER(TreeCacheFaults);

}  // namespace
}  // namespace kazoo::recipe_tests
