// SPDX-License-Identifier: Apache-2.0
// Locks as mutexes of the standard library, shared by threads; read and write locks.
#include "lock_fixture.hpp"

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace kazoo::recipe_tests {
namespace {

class LockMutexes : public LockTest {};

TEST_P(LockMutexes, WorkWithTheGuardsOfTheStandardLibrary) {
    Lock first(zk(), "/lock");
    Lock second(zk(), "/second");
    {
        const std::scoped_lock both(first, second);
        EXPECT_TRUE(first.is_acquired());
        EXPECT_TRUE(second.is_acquired());
        EXPECT_FALSE(first.try_lock());
        EXPECT_FALSE(second.try_lock_for(20ms));
    }
    EXPECT_FALSE(first.is_acquired());
    std::unique_lock one(first, 10s);
    EXPECT_TRUE(one.owns_lock());
    std::unique_lock deferred(second, std::defer_lock);
    EXPECT_TRUE(deferred.try_lock_until(std::chrono::system_clock::now() + 10s));
    one.unlock();
    first.unlock();  // has no effect
    EXPECT_TRUE(second.is_acquired());
}

TEST_P(LockMutexes, EndWithTheirObject) {
    {
        Lock lock(zk(), "/lock");
        lock.lock();
        ASSERT_TRUE(becomes_count(1));
        Lock moved(std::move(lock));
        EXPECT_TRUE(moved.is_acquired());
    }
    EXPECT_TRUE(becomes_count(0));
}

TEST_P(LockMutexes, OneObjectExcludesThreads) {
    Lock lock(zk(), "/lock");
    std::atomic<int> inside{0};
    std::atomic<int> overlaps{0};
    int entered = 0;  // guarded by lock
    const auto work = [&] {
        for (int i = 0; i < 5; ++i) {
            const std::scoped_lock guard(lock);
            if (inside.fetch_add(1) != 0) ++overlaps;
            ++entered;
            inside.fetch_sub(1);
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(work);
    threads.clear();
    EXPECT_EQ(overlaps, 0);
    EXPECT_EQ(entered, 15);
}

TEST_P(LockMutexes, ReadersShareAndExcludeWriters) {
    ReadLock first(zk(), "/lock");
    ReadLock second(zk(), "/lock");
    WriteLock writer(zk(), "/lock");
    auto reading = first.acquire(within(patience));
    const std::shared_lock also_reading(second);
    EXPECT_TRUE(first.try_acquire(within(patience))) << "one object may hold several";
    EXPECT_FALSE(writer.try_acquire(within(patience)));
    ASSERT_TRUE(becomes_count(2));
    auto writing = writer.acquire_async();
    ASSERT_TRUE(waits(writing, 3));
    EXPECT_FALSE(second.try_acquire(within(patience))) << "a waiting writer holds back readers";
    EXPECT_EQ(writer.contenders().size(), 3);
    reading.release();
    EXPECT_FALSE(writing.ready());
    second.unlock();
    auto written = take(std::move(writing));
    EXPECT_FALSE(first.try_acquire(within(patience)));
    written.release();
    EXPECT_TRUE(first.try_acquire(within(patience)));
}

TEST_P(LockMutexes, AReaderIgnoresLaterWriters) {
    const auto writer = block();
    ReadLock lock(zk(), "/lock");
    auto reading = lock.acquire_async();
    ASSERT_TRUE(waits(reading, 2));
    const auto later = block();
    other().delete_(writer);
    EXPECT_TRUE(take(std::move(reading)).is_held());
}

TEST_P(LockMutexes, AWriterWaitsForTheReadLockOfACuratorWriter) {
    const std::string id = "_c_0b1f4d43-9a5e-4b2f-8f6f-1f608b1c6c2e-";
    const auto options = LockOptions().format(LockFormat::curator());
    const auto downgraded = "/lock/" + id + "__READ__0000000000";
    const auto writer = block(id + "__WRIT__");
    other().create(downgraded, "", CreateOptions().ephemeral());
    other().delete_(writer);
    WriteLock lock(zk(), "/lock", options);
    auto writing = lock.acquire_async();
    ASSERT_TRUE(waits(writing, 2));
    EXPECT_TRUE(ReadLock(other(), "/another", options).try_acquire(within(patience)));
    other().delete_(downgraded);
    EXPECT_TRUE(take(std::move(writing)).is_held());
}

KAZOO_ON_EACH_HANDLER(LockMutexes);

}  // namespace
}  // namespace kazoo::recipe_tests
