// SPDX-License-Identifier: Apache-2.0
// How long a lock, a lease or a leadership is certainly held, and that its session is certain only
// as long as one of them is.
#include "lock_fixture.hpp"

namespace kazoo::recipe_tests {
namespace {

class LockRemaining : public LockTest {
protected:
    static constexpr auto timeout = 2s;

    void SetUp() override {
        LockTest::SetUp();
        client_.emplace(options().timeout(timeout));
        client_->start(patience);
    }
    void TearDown() override {
        client_.reset();
        LockTest::TearDown();
    }
    KazooClient& client() { return *client_; }
    Fault of_client(Fault fault) { return fault.session(client().client_id().value().session_id); }
    [[nodiscard]] bool is_certain() {
        const auto until = client().session_valid_until();
        return until && *until > client().handler()->now();
    }
    /// Waits until no syncs are sent any more.
    [[nodiscard]] bool becomes_uncertain() {
        return wait_until([&] { return !is_certain(); }, patience);
    }
    static bool becomes_lost(const LockHandle& handle) {
        return wait_until([&] { return handle.lost().stop_requested(); }, patience);
    }
    template <class Held>
    static bool becomes_zero(const Held& held) {
        return wait_until([&] { return held.remaining() == Duration::zero(); }, patience);
    }
    /// Acquires locks, and ends the hold of each in another way. Returns handles that are not held
    /// any more.
    std::vector<LockHandle> end_in_every_way() {
        std::vector<LockHandle> ended;
        Lock lock(client(), "/lock");
        ended.push_back(lock.acquire(within(patience)));
        EXPECT_TRUE(ended.back().release(within(patience)));
        ended.push_back(lock.acquire(within(patience)));
        ended.back().release_async().cancel();
        { const auto destroyed = lock.acquire(within(patience)); }
        auto moved = lock.acquire(within(patience));
        moved = LockHandle();
        ended.push_back(lock.acquire(within(patience)));
        other().delete_(ended.back().path());
        EXPECT_TRUE(becomes_lost(ended.back()));
        Lock doubtful(client(), "/doubtful", LockOptions().lost_when(LostWhen::in_doubt));
        ended.push_back(doubtful.acquire(within(patience)));
        server.drop_connection(ended.back().session());
        EXPECT_TRUE(becomes_lost(ended.back()));
        auto detached = lock.acquire(within(patience));
        ended.push_back(lock.resume(detached.detach(), within(patience)));
        EXPECT_TRUE(ended.back().release(within(patience)));
        return ended;
    }
    void end_every_recipe() {
        Semaphore semaphore(client(), "/semaphore", 2);
        { const auto lease = semaphore.acquire(within(patience)); }
        MultiLock both(client(), {"/a", "/b"});
        { const auto held = both.acquire(within(patience)); }
        Election election(client(), "/election");
        election.run([](const Leadership& leading) { EXPECT_TRUE(leading.is_held()); });
        LeaderLatch latch(client(), "/latch");
        latch.start();
        EXPECT_TRUE(latch.await(within(patience)).is_held());
        latch.close();
    }

private:
    std::optional<KazooClient> client_;
};

TEST_P(LockRemaining, IsLessThanTheSessionTimeout) {
    Lock lock(client(), "/lock");
    auto held = lock.acquire(within(patience));
    EXPECT_TRUE(wait_until([&] { return held.remaining() > timeout / 4; }, patience));
    EXPECT_LT(held.remaining(), timeout);
    EXPECT_TRUE(held.release(within(patience)));
    EXPECT_EQ(held.remaining(), 0s);
    EXPECT_EQ(LockHandle().remaining(), 0s);
}

TEST_P(LockRemaining, ShrinksWithoutAnswersAndGrowsAgainWithThem) {
    Lock lock(client(), "/lock");
    const auto held = lock.acquire(within(patience));
    const auto silent = server.inject(of_client(Fault::hold().on(Request::sync)));
    ASSERT_TRUE(becomes_zero(held)) << "pings are answered, but prove nothing";
    EXPECT_TRUE(held.is_held());
    EXPECT_TRUE(client().connected());
    server.remove(silent);
    EXPECT_TRUE(wait_until([&] { return held.remaining() > 0s; }, patience));
    EXPECT_TRUE(held.is_held());
}

TEST_P(LockRemaining, LastsAsLongAsTheLockIsHeld) {
    Lock lock(client(), "/lock");
    const auto held = lock.acquire(within(patience));
    const auto begin = client().session_valid_until().value();
    // On a busy machine there may be moments without it, but it always comes back.
    EXPECT_TRUE(wait_until(
        [&] { return client().handler()->now() + held.remaining() > begin + 2 * timeout; }, patience
    ));
    EXPECT_TRUE(held.is_held());
}

TEST_P(LockRemaining, IsZeroWhenTheLockIsLost) {
    Lock lock(client(), "/lock");
    const auto deleted = lock.acquire(within(patience));
    other().delete_(deleted.path());
    ASSERT_TRUE(becomes_lost(deleted));
    EXPECT_EQ(deleted.remaining(), 0s) << "although the session lives";
    const auto expired = lock.acquire(within(patience));
    ASSERT_TRUE(server.expire_session(expired.session()));
    ASSERT_TRUE(wait_until(
        [&] {
            const auto id = client().client_id();
            return id && id->session_id != expired.session() && client().connected();
        },
        patience
    ));
    EXPECT_EQ(expired.remaining(), 0s) << "although another session lives";
    const auto stopped = lock.acquire(within(patience));
    client().stop();
    EXPECT_EQ(stopped.remaining(), 0s);
}

TEST_P(LockRemaining, ReleasedHandlesEndTheSyncs) {
    const auto ended = end_in_every_way();
    end_every_recipe();
    ASSERT_TRUE(becomes_uncertain());
    EXPECT_TRUE(client().connected());
    Lock lock(client(), "/lock");
    const auto held = lock.acquire(within(patience));
    EXPECT_TRUE(wait_until([&] { return held.remaining() > 0s; }, patience));
}

TEST_P(LockRemaining, AcquisitionsThatFailEndTheSyncs) {
    other().create("/lock");
    Lock lock(client(), "/lock");
    const auto blocker = block();
    EXPECT_FALSE(lock.try_acquire(within(patience)));
    EXPECT_EQ(code_of(lock.acquire_async(within(20ms))), ClientErrc::lock_timeout);
    static_cast<void>(lock.acquire_async());
    ASSERT_TRUE(becomes_count(2));
    other().delete_(blocker);
    ASSERT_TRUE(becomes_count(0)) << "acquired, and released because there is no handle";
    EXPECT_TRUE(becomes_uncertain());
}

TEST_P(LockRemaining, IsTheShortestTimeOfSeveralLocks) {
    EXPECT_EQ(MultiLockHandle().remaining(), 0s);
    MultiLock both(client(), {"/a", "/b"});
    const auto held = both.acquire(within(patience));
    EXPECT_TRUE(wait_until([&] { return held.remaining() > 0s; }, patience));
    EXPECT_LT(held.remaining(), timeout);
    other().delete_(held.locks()[0].path());
    EXPECT_TRUE(becomes_zero(held));
    EXPECT_TRUE(wait_until([&] { return held.locks()[1].remaining() > 0s; }, patience));
}

TEST_P(LockRemaining, OfALeadershipEndsWithIt) {
    Election election(client(), "/election");
    Leadership copy;
    EXPECT_EQ(copy.remaining(), 0s);
    const bool led = election.run([&](const Leadership& leading) {
        copy = leading;
        EXPECT_TRUE(wait_until([&] { return leading.remaining() > 0s; }, patience));
        EXPECT_LT(leading.remaining(), timeout);
    });
    EXPECT_TRUE(led);
    EXPECT_EQ(copy.remaining(), 0s);
}

TEST_P(LockRemaining, OfAPersistentLockHasNoEnd) {
    Lock lock(client(), "/lock", LockOptions().ephemeral(false));
    auto held = lock.acquire(within(patience));
    EXPECT_EQ(held.remaining(), Duration::max());
    ASSERT_TRUE(becomes_uncertain()) << "nothing depends on the session";
    EXPECT_EQ(held.remaining(), Duration::max());
    const auto name = held.detach();
    EXPECT_EQ(held.remaining(), 0s);
    auto resumed = lock.resume(name, within(patience));
    EXPECT_TRUE(resumed.release(within(patience)));
    EXPECT_EQ(resumed.remaining(), 0s);
}

KAZOO_ON_EACH_HANDLER(LockRemaining);

}  // namespace
}  // namespace kazoo::recipe_tests
