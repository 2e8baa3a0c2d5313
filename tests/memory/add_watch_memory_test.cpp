// SPDX-License-Identifier: Apache-2.0
// An add_watch whose allocations fail: each fails once. Whoever keeps the failed result does not
// keep the watch function with it.
#include "each_allocation.hpp"
#include "patience.hpp"
#include "server_process.hpp"
#include "support/allocations/allocations.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>

namespace kazoo {
namespace {

using testing_support::Exposed;
using testing_support::Shortage;
using testing_support::Spared;
using testing_support::wait_until;
using namespace std::chrono_literals;

using memory_tests::patience;

/// Adds a watch during a shortage. Returns whether there was one.
bool add(KazooClient& zk, long nth) {
    const std::stop_source stop;
    const auto options = CallOptions().stop_token(stop.get_token()).timeout(patience);
    auto captured = std::make_shared<int>(0);
    const std::weak_ptr<int> function = captured;
    std::optional<Watcher> watcher;
    watcher.emplace([captured](const WatchedEvent&) {});
    captured.reset();
    std::optional<AsyncResult<WatchHandle>> result;
    bool met = false;
    {
        const Shortage shortage(nth);
        {
            const Exposed code_under_test;
            result = zk.add_watch_async("/", WatchMode::persistent, *watcher, options);
        }
        EXPECT_TRUE(result->wait(patience));
        met = shortage.met();
    }
    watcher.reset();
    if (!result->successful()) {
        EXPECT_TRUE(wait_until([&] { return function.expired(); }, 2s))
            << "the failed result keeps the watch";
    }
    return met;
}

TEST(AddWatchMemory, AFailedResultDoesNotKeepItsWatch) {
    const Spared test_itself;
    KazooClient zk(ClientOptions().hosts(memory_tests::server_hosts).logger(Logger::none()));
    zk.start(patience);
    memory_tests::for_each_allocation(60s, [&](long nth) { return add(zk, nth); });
    zk.stop();
}

}  // namespace
}  // namespace kazoo
