// SPDX-License-Identifier: Apache-2.0
// Locks under parents that have numbered 2^31 children, and on servers of other releases.
#include "lock_fixture.hpp"

#include <kazoo/handlers/threading.hpp>

#include <cstdint>
#include <memory>

namespace kazoo::recipe_tests {
namespace {

using testing::Release;

/// A lock on a server of a release, whose next node gets the number `next`.
class NumberedLock {
public:
    NumberedLock(Release release, std::int32_t next)
        : server(ServerOptions().tick(100ms).release(release)) {
        client.emplace(ClientOptions()
                           .hosts(server.hosts())
                           .close_timeout(2s)
                           .connection_retry(RetryPolicy().delay(5ms).max_delay(50ms))
                           .logger(Logger::none()));
        client->start(patience);
        client->create("/lock");
        EXPECT_TRUE(server.set_sequence("/lock", next));
    }
    std::size_t nodes() { return client->get_children("/lock").size(); }

    /// Expects that contenders, whatever their numbers, hold the lock one after the other, in the
    /// order of their creation.
    void expect_one_after_the_other(const LockOptions& options = LockOptions()) {
        Lock lock(*client, "/lock", options);
        auto held = lock.acquire(within(patience));
        std::vector<AsyncResult<LockHandle>> waiting;
        for (std::size_t i = 0; i < 6; ++i) {
            waiting.push_back(lock.acquire_async());
            ASSERT_TRUE(wait_until([&] { return nodes() == i + 2; }, patience));
        }
        for (auto& next : waiting) {
            EXPECT_FALSE(next.wait(20ms)) << "two holders";
            const auto before = held.token();
            held.release(within(patience));
            held = take(std::move(next));
            EXPECT_GT(held.token(), before);
        }
    }

    Server server;
    std::optional<KazooClient> client;
};

TEST(LockSequence, AWrapKeepsTheOrder) {
    for (const auto release : {Release::zookeeper_3_4, Release::zookeeper_3_5}) {
        for (const auto next : {INT32_MAX - 3, INT32_MAX, -3, -1000000003}) {
            NumberedLock(release, next).expect_one_after_the_other();
        }
    }
}

TEST(LockSequence, EqualNumbersAreOrderedByCreation) {
    for (const auto next : {INT32_MAX - 3, INT32_MAX}) {
        NumberedLock(Release::zookeeper_3_9, next).expect_one_after_the_other();
    }
    NumberedLock(Release::zookeeper_3_6, INT32_MAX).expect_one_after_the_other();
}

TEST(LockSequence, AnExhaustedCounterIsAnErrorOnRequest) {
    NumberedLock numbered(Release::zookeeper_3_9, INT32_MAX - 1);
    Lock lock(*numbered.client, "/lock", LockOptions().when_exhausted(WhenExhausted::fail));
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
    EXPECT_EQ(code_of(lock.acquire_async()), ClientErrc::sequence_exhausted);
    EXPECT_TRUE(wait_until([&] { return numbered.nodes() == 0; }, patience));
    numbered.client->delete_("/lock");
    EXPECT_TRUE(lock.acquire(within(patience)).is_held()) << "a new parent counts from 0";
}

TEST(LockSequence, OtherServersAreSupported) {
    for (const auto release : {Release::zookeeper_3_4, Release::clickhouse_keeper}) {
        NumberedLock(release, 5).expect_one_after_the_other();
    }
}

}  // namespace
}  // namespace kazoo::recipe_tests
