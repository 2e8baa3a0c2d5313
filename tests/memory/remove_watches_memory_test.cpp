// SPDX-License-Identifier: Apache-2.0
// The removal of a one-shot watch whose allocations fail: each fails once, on whichever thread. If
// it says that it was not sent, the watch is still set.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/handler_kit.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo {
namespace {

using testing_support::Exposed;
using testing_support::handler_kind;
using testing_support::Shortage;
using testing_support::Spared;
using namespace std::chrono_literals;

using memory_tests::patience;

class RemoveWatchesMemoryTest : public ::testing::TestWithParam<const char*> {
protected:
    /// Removes a watch during a shortage in this thread. Returns whether there was one.
    static bool remove(KazooClient& zk, long nth) {
        const std::string path = "/a-path-that-does-not-fit-into-the-string-itself";
        static_cast<void>(zk.exists(path, Watcher([](const WatchedEvent&) {})));
        AsyncResult<void> result;
        bool met = false;
        {
            const Shortage shortage(nth);
            {
                const Exposed client;
                result =
                    zk.remove_watches_async(path, WatchType::any, CallOptions().timeout(patience));
            }
            result.wait(patience);
            met = shortage.met();
        }
        const auto removed = result.result();
        if (!removed && removed.failure().outcome() == Outcome::not_sent) {
            EXPECT_NO_THROW(zk.remove_watches(path)) << removed.failure().message();
        }
        return met;
    }
};

TEST_P(RemoveWatchesMemoryTest, SaysNotSentOnlyIfItWasNot) {
    const Spared test_itself;
    auto kit = handler_kind(GetParam()).make();
    {
        KazooClient zk(ClientOptions()
                           .hosts(memory_tests::server_hosts)
                           .handler(kit->handler())
                           .logger(Logger::none()));
        zk.start(patience);
        memory_tests::for_each_allocation(60s, [&](long nth) { return remove(zk, nth); });
    }
    EXPECT_TRUE(kit->shut_down(patience));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    RemoveWatchesMemoryTest,
    ::testing::Values("Threading", "Asio"),
    [](const auto& kind) { return std::string(kind.param); }
);

}  // namespace
}  // namespace kazoo
