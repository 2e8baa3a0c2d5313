// SPDX-License-Identifier: Apache-2.0
// Many contenders for one lock, and many locks in one process.
#include "lock_fixture.hpp"

#include <atomic>
#include <iostream>

namespace kazoo::recipe_tests {
namespace {

class LockScale : public LockTest {
protected:
    std::uint64_t requests() {
        std::uint64_t all = 0;
        for (const auto& operation : zk().metrics().operations) all += operation.ended();
        return all;
    }
};

TEST_P(LockScale, AThousandContendersPassTheLockOnInOrderAtAConstantCost) {
    constexpr std::size_t count = 1000;
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    std::vector<AsyncResult<LockHandle>> results;
    for (std::size_t i = 0; i < count; ++i) results.push_back(lock.acquire_async());
    ASSERT_TRUE(waits(results.back(), count + 1));
    // Each watches the one before it; before, some may have been between two requests.
    ASSERT_TRUE(wait_until([&] { return zk().metrics().watches_registered == count; }, patience));
    const auto requests_before = requests();
    const auto events_before = zk().metrics().watch_events;
    other().delete_(blocker);
    std::int64_t last_token = 0;
    for (auto& result : results) {
        auto held = take(std::move(result));
        ASSERT_GT(held.token(), last_token);
        last_token = held.token();
    }
    ASSERT_TRUE(becomes_count(0));
    const auto used = requests() - requests_before;
    const auto events = zk().metrics().watch_events - events_before;
    std::cout << "per hand-over: " << used / count << " requests, " << events / count
              << " events\n";
    EXPECT_LE(used, count * 3 + 10) << "list, confirm, delete";
    EXPECT_LE(events, count * 2 + 10) << "the predecessor's, and that of the own node";
}

TEST_P(LockScale, TenThousandLocksAreHeldAndLostTogether) {
    constexpr std::size_t count = 10'000;
    constexpr std::size_t group = 1000;  // acquired at a time
    std::vector<LockHandle> held;
    std::atomic<std::size_t> losses{0};
    while (held.size() < count) {
        std::vector<AsyncResult<LockHandle>> results;
        for (std::size_t i = 0; i < group; ++i) {
            const auto path = "/locks/" + std::to_string(held.size() + i);
            results.push_back(Lock(zk(), path).acquire_async());
        }
        for (auto& result : results) {
            held.push_back(take(std::move(result)));
            held.back().on_lost([&losses] { ++losses; });
        }
    }
    EXPECT_EQ(other().get_all_children_number("/locks"), 2 * count);
    for (const auto& handle : held) ASSERT_TRUE(handle.is_held());
    expire_session();
    EXPECT_TRUE(wait_until([&] { return losses == count; }, patience));
    for (const auto& handle : held) ASSERT_FALSE(handle.is_held());
}

INSTANTIATE_TEST_SUITE_P(
    Threading, LockScale, ::testing::Values(testing_support::handler_kind("Threading")), kind_name
);

}  // namespace
}  // namespace kazoo::recipe_tests
