// SPDX-License-Identifier: Apache-2.0
// What becomes of locks when their session is handed over to another client.
#include "lock_fixture.hpp"

namespace kazoo::recipe_tests {
namespace {

class LockHandover : public LockTest {
protected:
    /// Acquires the lock in a client of its own, and detaches the client. Returns its session.
    SessionHandover leave_with_lock(std::string& name, std::int64_t& token) {
        KazooClient first(options());
        first.start(patience);
        Lock lock(first, "/lock");
        auto held = lock.acquire(within(patience));
        token = held.token();
        name = held.detach();
        EXPECT_FALSE(held.is_held());
        return first.detach();
    }
    KazooClient resume(const SessionHandover& session) {
        KazooClient successor(options().resume(session));
        successor.start(patience);
        return successor;
    }
    /// Waits until a node of the lock is deleted because its session has ended.
    void expire(const SessionHandover& session) {
        ASSERT_TRUE(server.expire_session(session.session_id()));
        ASSERT_TRUE(becomes_count(0));
    }
};

TEST_P(LockHandover, TheSuccessorContinuesToHoldTheLock) {
    std::string name;
    std::int64_t token = 0;
    const auto session = leave_with_lock(name, token);
    Lock contender(other(), "/lock");
    auto waiting = contender.acquire_async();
    ASSERT_TRUE(becomes_count(2));
    auto successor = resume(session);
    Lock lock(successor, "/lock");
    auto held = lock.resume(name, within(patience));
    EXPECT_EQ(held.token(), token);
    EXPECT_EQ(held.path(), "/lock/" + name);
    EXPECT_EQ(held.session(), session.session_id());
    EXPECT_TRUE(held.transaction().create("/written", "").commit().size() == 1);
    EXPECT_TRUE(wait_until([&] { return held.remaining() > 0s; }, patience));
    EXPECT_FALSE(waiting.ready());
    EXPECT_TRUE(held.release(within(patience)));
    EXPECT_GT(take(std::move(waiting)).token(), token);
}

TEST_P(LockHandover, TheFormerHandleIsLostAndDoesNotRelease) {
    KazooClient first(options());
    first.start(patience);
    Lock lock(first, "/lock");
    std::optional<LockHandle> held(lock.acquire(within(patience)));
    const auto path = held->path();
    const auto session = first.detach();
    EXPECT_FALSE(held->is_held());
    EXPECT_EQ(held->remaining(), 0s);
    EXPECT_TRUE(wait_until([&] { return held->lost().stop_requested(); }, patience));
    EXPECT_THROW(static_cast<void>(held->detach()), LockLostError);
    held.reset();
    auto successor = resume(session);
    Lock next(successor, "/lock");
    EXPECT_FALSE(next.try_acquire(within(patience))) << "its session holds the lock already";
    EXPECT_TRUE(next.resume(node_name(path), within(patience)).is_held());
}

TEST_P(LockHandover, ALockEndsWithItsSession) {
    std::string name;
    std::int64_t token = 0;
    const auto session = leave_with_lock(name, token);
    expire(session);
    auto successor = resume(session);
    Lock lock(successor, "/lock");
    EXPECT_EQ(code_of(lock.resume_async(name)), ClientErrc::lock_lost);
    EXPECT_TRUE(lock.try_acquire(within(patience)));
}

TEST_P(LockHandover, AnotherSessionDoesNotGetTheLock) {
    std::string name;
    std::int64_t token = 0;
    const auto session = leave_with_lock(name, token);
    Lock lock(zk(), "/lock");
    EXPECT_EQ(code_of(lock.resume_async(name)), ClientErrc::lock_lost);
    EXPECT_EQ(nodes(), std::vector<std::string>{name});
    Lock persistent(zk(), "/lock", LockOptions().ephemeral(false));
    EXPECT_EQ(code_of(persistent.resume_async(name)), ClientErrc::lock_lost);
    EXPECT_EQ(nodes(), std::vector<std::string>{name});
    expire(session);
}

TEST_P(LockHandover, AClientResumesItsOwnLockWithinItsSession) {
    Lock lock(zk(), "/lock");
    auto held = lock.acquire(within(patience));
    const auto token = held.token();
    const auto name = held.detach();
    EXPECT_FALSE(lock.is_acquired());
    auto resumed = lock.resume(name, within(patience));
    EXPECT_EQ(resumed.token(), token);
    other().delete_(resumed.path());
    EXPECT_TRUE(wait_until([&] { return resumed.lost().stop_requested(); }, patience));
    EXPECT_EQ(code_of(lock.resume_async(name)), ClientErrc::lock_lost);
}

TEST_P(LockHandover, ALeaseOfASemaphoreIsNotDetached) {
    Semaphore semaphore(zk(), "/semaphore", 1);
    auto lease = semaphore.acquire(within(patience));
    EXPECT_THROW(static_cast<void>(lease.detach()), BadArgumentsError);
    EXPECT_TRUE(lease.is_held());
}

KAZOO_ON_EACH_HANDLER(LockHandover);

}  // namespace
}  // namespace kazoo::recipe_tests
