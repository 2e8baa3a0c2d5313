// SPDX-License-Identifier: Apache-2.0
// A client whose fibers run in the thread that uses it: a blocking call suspends its fiber.
#include "one_thread.hpp"
#include "support/thread_count.hpp"

#include <kazoo/exceptions.hpp>

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/buffered_channel.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

TEST(FiberClientTest, BlocksAndIsServedInOneThread) {
    in_new_thread([] {
        testing::Server server;
        const int threads = thread_count();
        KazooClient zk(ClientOptions()
                           .hosts(server.hosts())
                           .handler(std::make_shared<SequentialFiberHandler>()));
        zk.start(patience);
        EXPECT_EQ(zk.create("/a", "data"), "/a");
        EXPECT_EQ(zk.get("/a").data, "data");
        EXPECT_EQ(thread_count(), threads) << "the handler has a thread";
        zk.stop();
    });
}

TEST(FiberClientTest, OneBlockedFiberLetsTheOthersRun) {
    in_new_thread([] {
        FiberClient client;
        client.zk.create("/a", "data");
        // Completed by the other fiber at the end of its work.
        Promise<int> promise(client.handler);
        int waited = 0;
        boost::fibers::fiber blocked([&] { waited = promise.result().get(); });
        std::string read;
        boost::fibers::fiber working([&] {
            read = client.zk.get("/a").data;
            promise.set(7);
        });
        blocked.join();
        working.join();
        EXPECT_EQ(waited, 7);
        EXPECT_EQ(read, "data");
    });
}

TEST(FiberClientTest, AThousandFibersShareAClient) {
    in_new_thread([] {
        FiberClient client;
        constexpr int count = 1000;
        for (int i = 0; i < 10; ++i) {
            client.zk.create("/n" + std::to_string(i), std::to_string(i));
        }
        int right = 0;
        std::vector<boost::fibers::fiber> fibers;
        for (int i = 0; i < count; ++i) {
            fibers.emplace_back([&, i] {
                const auto name = std::to_string(i % 10);
                right += client.zk.get("/n" + name).data == name ? 1 : 0;
            });
        }
        for (auto& fiber : fibers) {
            fiber.join();
        }
        EXPECT_EQ(right, count);
    });
}

TEST(FiberClientTest, EveryFiberMayHaveAClientOfItsOwn) {
    in_new_thread([] {
        testing::Server server;
        std::vector<boost::fibers::fiber> fibers;
        std::vector<std::int64_t> sessions;
        for (int i = 0; i < 20; ++i) {
            fibers.emplace_back([&] {
                KazooClient zk(ClientOptions()
                                   .hosts(server.hosts())
                                   .handler(std::make_shared<SequentialFiberHandler>()));
                zk.start(patience);
                zk.create("/mine-", "", CreateOptions().sequence());
                sessions.push_back(zk.client_id()->session_id);
            });
        }
        for (auto& fiber : fibers) {
            fiber.join();
        }
        std::sort(sessions.begin(), sessions.end());
        EXPECT_EQ(std::unique(sessions.begin(), sessions.end()) - sessions.begin(), 20);
    });
}

TEST(FiberClientTest, SleepsKeepTheConnectionAlive) {
    in_new_thread([] {
        FiberClient client;
        const auto before = client.zk.client_id()->session_id;
        const auto result = client.zk.exists_async("/");
        boost::this_fiber::sleep_for(50ms);
        EXPECT_TRUE(result.ready());
        client.handler->sleep(1ms);
        EXPECT_EQ(client.zk.client_id()->session_id, before);
    });
}

TEST(FiberClientTest, IsServedWhileOtherFibersAreBusy) {
    in_new_thread([] {
        FiberClient client;
        bool stop = false;
        long turns = 0;
        boost::fibers::fiber busy([&] {
            while (!stop) {
                ++turns;
                boost::this_fiber::yield();
            }
        });
        for (int i = 0; i < 20; ++i) {
            EXPECT_TRUE(client.zk.exists("/"));
        }
        stop = true;
        busy.join();
        EXPECT_GT(turns, 0);
    });
}

TEST(FiberClientTest, IsUsedByFibersOfOtherThreads) {
    in_new_thread([] {
        FiberClient client;
        constexpr int threads = 3;
        boost::fibers::buffered_channel<std::string> done(8);
        std::vector<std::thread> others;
        for (int t = 0; t < threads; ++t) {
            others.emplace_back([&, t] {
                std::vector<boost::fibers::fiber> fibers;
                for (int f = 0; f < 10; ++f) {
                    const auto path = "/t" + std::to_string(t) + "-" + std::to_string(f);
                    fibers.emplace_back([&, path] { client.zk.create(path, path); });
                }
                for (auto& fiber : fibers) {
                    fiber.join();
                }
                done.push("/t" + std::to_string(t) + "-0");
            });
        }
        for (int t = 0; t < threads; ++t) {
            const auto path = done.value_pop();
            EXPECT_EQ(client.zk.get(path).data, path);
        }
        for (auto& other : others) {
            other.join();
        }
        EXPECT_EQ(client.zk.get_children("/").size(), 31U);
    });
}

TEST(FiberClientTest, CallbacksAndWatchesMayBlock) {
    in_new_thread([] {
        FiberClient client;
        auto& zk = client.zk;
        zk.create("/a", "1");
        Promise<std::string> seen(client.handler);
        zk.get("/a", Watcher([&](const WatchedEvent& event) {
                   seen.set(zk.get(*event.path).data);
               }));
        Promise<std::string> told(client.handler);
        zk.exists_async("/a").rawlink([&](const auto&) { told.set(zk.get("/a").data); });
        EXPECT_EQ(told.result().get(patience), "1");
        zk.set("/a", "2");
        EXPECT_EQ(seen.result().get(patience), "2");
    });
}

TEST(FiberClientTest, OnlyListenersAreRefusedToWait) {
    in_new_thread([] {
        testing::Server server;
        const auto handler = std::make_shared<SequentialFiberHandler>();
        KazooClient zk(ClientOptions().hosts(server.hosts()).handler(handler));
        std::error_code in_listener;
        bool elsewhere = false;
        bool in_listener_now = false;
        zk.add_listener([&](KazooState) {
            try {
                zk.exists("/");
            } catch (const WouldDeadlockError& refused) {
                in_listener = refused.code();
            }
            // While the listener's fiber is suspended otherwise, calls of other fibers do not count
            // as calls from a listener.
            in_listener_now = true;
            boost::this_fiber::sleep_for(30ms);
            in_listener_now = false;
        });
        const auto connected = zk.start_async();
        EXPECT_TRUE(connected.wait(patience));
        while (!in_listener_now) {
            boost::this_fiber::sleep_for(1ms);
        }
        elsewhere = zk.exists("/").has_value();
        EXPECT_TRUE(in_listener_now);
        EXPECT_TRUE(elsewhere);
        EXPECT_EQ(in_listener, ClientErrc::would_deadlock);
        zk.stop();
    });
}

}  // namespace
}  // namespace kazoo::testing_support
