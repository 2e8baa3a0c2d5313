// SPDX-License-Identifier: Apache-2.0
// A thread with one blocking call after the other, which runs the connection itself: everything
// else that happens on the connection meanwhile.
#include "support/child_process.hpp"
#include "support/fault_fixture.hpp"

#include <kazoo/sleep.hpp>

#include <atomic>
#include <future>
#include <thread>

namespace kazoo::testing_support {
namespace {

class DirectRead : public FaultTest {
protected:
    /// A thread that reads until it is destroyed, or until a read fails.
    class Reader {
    public:
        explicit Reader(KazooClient& zk) : thread_([this, &zk] { read(zk); }) {
            EXPECT_TRUE(wait_until([this] { return reads_ > 200; }, patience));
        }
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        ~Reader() { join(); }

        void join() {
            over_ = true;
            if (thread_.joinable()) {
                thread_.join();
            }
        }
        /// Waits until it has read something that it began to read after this call.
        bool goes_on() {
            const auto before = reads_.load();
            return wait_until([&] { return reads_ > before + 1; }, patience);
        }
        /// Waits for a read that fails, and returns its code.
        std::error_code failure() {
            EXPECT_TRUE(wait_until([this] { return failed_.load(); }, patience));
            join();
            return error_;
        }

    private:
        void read(KazooClient& zk) {
            try {
                while (!over_) {
                    zk.exists("/");
                    ++reads_;
                }
            } catch (const KazooException& e) {
                error_ = e.code();
                failed_ = true;
            }
        }

        std::atomic<std::size_t> reads_{0};
        std::atomic<bool> over_{false};
        std::atomic<bool> failed_{false};
        std::error_code error_;  // written before failed_
        std::thread thread_;
    };

    /// Whether the result becomes ready, without this thread waiting by means of the handler.
    template <class T>
    static bool completes(const AsyncResult<T>& result) {
        const auto ready = std::make_shared<std::promise<void>>();
        result.rawlink([ready](const AsyncResult<T>&) { ready->set_value(); });
        return ready->get_future().wait_for(patience) == std::future_status::ready;
    }
};

TEST_P(DirectRead, TimersFire) {
    StartedClient zk(direct());
    Reader reader(zk);
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(completes(sleep_async(zk.handler(), 5ms)));
    }
    EXPECT_TRUE(reader.goes_on());
}

TEST_P(DirectRead, RequestsOfOtherThreadsAreSent) {
    StartedClient zk(direct());
    Reader reader(zk);
    for (int i = 0; i < 100; ++i) {
        const auto result = zk.get_async("/");
        EXPECT_TRUE(completes(result));
        EXPECT_TRUE(result.successful());
    }
    EXPECT_TRUE(reader.goes_on());
}

TEST_P(DirectRead, WatchesAreDelivered) {
    StartedClient zk(direct());
    StartedClient other(direct());
    Reader reader(zk);
    for (int i = 0; i < 20; ++i) {
        const auto path = "/watched-" + std::to_string(i);
        const auto seen = std::make_shared<std::promise<void>>();
        ASSERT_TRUE(completes(zk.exists_async(path, Watcher([seen](const WatchedEvent&) {
                                                  seen->set_value();
                                              }))));
        other.create(path);
        EXPECT_EQ(seen->get_future().wait_for(patience), std::future_status::ready);
    }
}

TEST_P(DirectRead, ACallbackStopsTheClient) {
    KazooClient zk(direct());
    for (int i = 0; i < 10; ++i) {
        zk.start(patience);
        Reader reader(zk);
        zk.get_async("/").rawlink([&zk](const AsyncResult<NodeData>&) { zk.stop(); });
        EXPECT_EQ(reader.failure(), ClientErrc::connection_closed);
        zk.stop();
    }
}

TEST_P(DirectRead, TheConnectionIsReplaced) {
    StartedClient zk(through_proxy());
    StateLog states(zk);
    const auto session = zk.client_id();
    Reader reader(zk);
    for (int i = 0; i < 5; ++i) {
        proxy().cut();
        ASSERT_TRUE(states.wait_for(SUSPENDED));
        proxy().restore();
        ASSERT_TRUE(reader.goes_on());
    }
    EXPECT_EQ(zk.client_id(), session);
}

TEST_P(DirectRead, TheProcessForks) {
    StartedClient zk(direct());
    Reader reader(zk);
    for (int i = 0; i < 5; ++i) {
        const auto report = in_forked_child([&](std::string& said) {
            try {
                zk.exists("/");
            } catch (const KazooException& e) {
                said += std::string(error_name(e.code())) + ", ";
            }
        });
        EXPECT_EQ(report, "forked, end");
        EXPECT_TRUE(reader.goes_on());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    DirectRead,
    ::testing::Values(handler_kind("Threading")),
    [](const auto& kind) { return std::string(kind.param.name); }
);

}  // namespace
}  // namespace kazoo::testing_support
