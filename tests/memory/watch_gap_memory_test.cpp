// SPDX-License-Identifier: Apache-2.0
// The gaps of a lasting watch whose allocations fail, on whichever thread. A shortage does not
// prevent those of later connections.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"
#include "support/wait_until.hpp"

#include <kazoo/detail/drop_connection.hpp>
#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

namespace kazoo {
namespace {

using testing_support::handler_kind;
using testing_support::Shortage;
using testing_support::Spared;
using testing_support::wait_until;
using namespace std::chrono_literals;

using memory_tests::patience;

class WatchGapMemoryTest : public ::testing::TestWithParam<const char*> {
protected:
    bool gap_follows(int before) {
        return wait_until([&] { return gaps > before; }, patience);
    }
    /// Loses the connection during a shortage of `length` allocations. Returns whether there was
    /// one.
    bool reconnect(KazooClient& zk, long nth, long length) {
        int before = gaps;
        bool met = false;
        {
            const Shortage shortage(nth, length);
            detail::drop_connection(zk);
            wait_until([&] { return gaps > before; }, 100ms);
            met = shortage.met();
        }
        if (length == 1) {
            EXPECT_TRUE(gap_follows(before));
        }
        EXPECT_TRUE(wait_until([&] { return zk.connected(); }, patience));
        zk.sync_async("/").wait(patience);
        before = gaps;
        detail::drop_connection(zk);
        EXPECT_TRUE(gap_follows(before)) << "of the next connection";
        EXPECT_TRUE(wait_until([&] { return zk.connected(); }, patience));
        return met;
    }

    std::atomic<int> gaps{0};
};

TEST_P(WatchGapMemoryTest, SurvivesTheFailureOfAnyAllocation) {
    const Spared test_itself;
    auto kit = handler_kind(GetParam()).make();
    {
        KazooClient zk(ClientOptions()
                           .hosts(memory_tests::server_hosts)
                           .connection_retry(RetryPolicy().delay(2ms))
                           .handler(kit->handler())
                           .logger(Logger::none()));
        zk.start(patience);
        const auto watch = zk.add_watch(
            "/a-path-that-does-not-fit-into-the-string-itself",
            WatchMode::persistent,
            [this](const WatchedEvent& event) { gaps += event.type == EventType::GAP ? 1 : 0; }
        );
        for (const long length : {1, 12}) {
            memory_tests::for_each_allocation(45s, [&](long nth) {
                return reconnect(zk, nth, length);
            });
        }
    }
    EXPECT_TRUE(kit->shut_down(patience));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    WatchGapMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo
