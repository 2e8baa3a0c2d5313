// SPDX-License-Identifier: Apache-2.0
// LockHandle: how a lock is lost, and writes that are made only while it is held.
#include "lock_fixture.hpp"

namespace kazoo::recipe_tests {
namespace {

class LockHandles : public LockTest {
protected:
    Lock lock_on(KazooClient& client) { return Lock(client, "/lock"); }
    /// A function for on_lost that counts.
    auto counting() {
        return [losses = losses] { losses->add(1); };
    }
    static bool becomes_lost(const LockHandle& handle) {
        return wait_until([&] { return handle.lost().stop_requested(); }, patience);
    }
    std::shared_ptr<Recorder<int>> losses = std::make_shared<Recorder<int>>();
};

TEST_P(LockHandles, AreLostWhenTheNodeIsDeleted) {
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    held.on_lost(counting());
    other().delete_(held.path());
    EXPECT_TRUE(becomes_lost(held));
    EXPECT_FALSE(held.is_held());
    EXPECT_FALSE(lock.is_acquired());
    EXPECT_TRUE(losses->wait_for(1));
    EXPECT_FALSE(held.release(within(patience)));
    held.on_lost(counting());
    EXPECT_TRUE(losses->wait_for(2)) << "called although it was lost before";
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
}

TEST_P(LockHandles, AreLostWithTheSession) {
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    held.on_lost(counting());
    expire_session();
    EXPECT_FALSE(held.is_held());
    EXPECT_TRUE(becomes_lost(held));
    EXPECT_TRUE(losses->wait_for(1));
    EXPECT_FALSE(held.release(within(patience)));
    auto next = lock.acquire(within(patience));
    EXPECT_EQ(next.session(), session());
    EXPECT_EQ(losses->size(), 1);
}

TEST_P(LockHandles, AreLostWhenTheClientStopsOrEnds) {
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    zk().stop();
    EXPECT_TRUE(becomes_lost(held));
    EXPECT_FALSE(held.release(within(patience)));
    EXPECT_EQ(code_of(lock.acquire_async()), ClientErrc::connection_closed);
    std::optional<KazooClient> client(std::in_place, options());
    client->start(patience);
    auto second = lock_on(*client);
    auto moved = std::make_unique<KazooClient>(std::move(*client));
    client.reset();
    auto another = second.acquire(within(patience));
    moved.reset();
    EXPECT_TRUE(becomes_lost(another));
    EXPECT_EQ(code_of(second.acquire_async()), ClientErrc::connection_closed);
}

TEST_P(LockHandles, SurviveAnInterruption) {
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    const testing_support::StateLog states(zk());
    server.drop_connection(session());
    ASSERT_TRUE(states.wait_for(2));
    ASSERT_TRUE(states.wait_for(KazooState::CONNECTED));
    EXPECT_TRUE(held.is_held());
    EXPECT_FALSE(held.lost().stop_requested());
    other().delete_(held.path());
    EXPECT_TRUE(becomes_lost(held)) << "the watch is set again";
}

TEST_P(LockHandles, AreLostInAnInterruptionByPolicy) {
    Lock lock(zk(), "/lock", LockOptions().lost_when(LostWhen::in_doubt));
    auto held = lock.acquire(within(patience));
    server.drop_connection(session());
    EXPECT_TRUE(becomes_lost(held));
    EXPECT_TRUE(becomes_count(0)) << "it does not block others, although the session continues";
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
}

TEST_P(LockHandles, NoticeTheDeletionAfterTheirNodeWasChanged) {
    auto revoked = std::make_shared<Recorder<std::string>>();
    Lock lock(zk(), "/lock", LockOptions().on_revoke([revoked](const std::string& path) {
        revoked->add(path);
    }));
    auto held = lock.acquire(within(patience));
    Lock administrator(other(), "/lock");
    administrator.revoke(held.path(), within(patience));
    ASSERT_TRUE(revoked->wait_for(1));
    EXPECT_EQ(revoked->all()[0], held.path());
    EXPECT_TRUE(held.is_held());
    other().set(held.path(), "something else");
    other().set(held.path(), "__REVOKE__");
    ASSERT_TRUE(revoked->wait_for(2));
    EXPECT_TRUE(administrator.break_lock(within(patience)));
    EXPECT_TRUE(becomes_lost(held));
    EXPECT_EQ(revoked->size(), 2);
}

TEST_P(LockHandles, GuardWrites) {
    other().create("/data", "0");
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    const auto results =
        held.transaction().set_data("/data", "1").create("/made").commit(within(patience));
    ASSERT_EQ(results.size(), 2);
    EXPECT_EQ(results[0].stat()->version, 1);
    EXPECT_EQ(results[1].created_path(), "/made");
    const auto guarded = held.guard(zk().transaction().set_data("/data", "2"));
    EXPECT_EQ(guarded.size(), 1);
    EXPECT_EQ(guarded.commit(within(patience)).size(), 1);
    EXPECT_EQ(held.transaction().commit(within(patience)).size(), 0);
    held.release(within(patience));
    EXPECT_EQ(error_of(guarded.commit_async()).code(), ClientErrc::lock_lost);
    EXPECT_EQ(other().get("/data").data, "2");
}

TEST_P(LockHandles, DistinguishTheUsersFailuresFromTheLoss) {
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    const auto failed =
        error_of(held.transaction().create("/made").set_data("/absent", "1").commit_async());
    EXPECT_EQ(failed.code(), ClientErrc::transaction_failed);
    ASSERT_TRUE(failed.transaction());
    EXPECT_EQ(failed.transaction()->index(), 1);
    EXPECT_EQ(failed.transaction()->reason().code(), Errc::no_node);
    EXPECT_EQ(failed.transaction()->results().size(), 2);
    EXPECT_NE(failed.detail().find("operation 2 of 2"), std::string::npos) << failed.detail();
    const auto appended =
        error_of(held.guard(zk().transaction().set_data("/absent", "1")).commit_async());
    EXPECT_EQ(appended.transaction()->index(), 0);
    EXPECT_TRUE(held.is_held());
}

TEST_P(LockHandles, AGuardedWriteOfALostLockChangesNothing) {
    other().create("/data", "0");
    auto lock = lock_on(zk());
    auto held = lock.acquire(within(patience));
    auto first = held.transaction();
    first.set_data("/data", "late");
    const auto second = held.guard(zk().transaction().set_data("/data", "late"));
    // The transaction is sent before the client has learned of the deletion.
    const auto deleted = zk().delete_async(held.path());
    const auto error = error_of(first.commit_async());
    EXPECT_EQ(error.code(), ClientErrc::lock_lost) << error.message();
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_TRUE(becomes_lost(held));
    EXPECT_EQ(error_of(second.commit_async()).code(), ClientErrc::lock_lost);
    EXPECT_EQ(error_of(deleted).code(), std::error_code());
    EXPECT_EQ(other().get("/data").data, "0");
}

TEST_P(LockHandles, OnlyTheHolderOfTwoWritesWhenTheLockPassesOn) {
    other().create("/data", "0");
    auto lock = lock_on(zk());
    Lock successor(other(), "/lock");
    auto held = lock.acquire(within(patience));
    auto next = successor.acquire_async();
    ASSERT_TRUE(becomes_count(2));
    ASSERT_TRUE(successor.break_lock(within(patience)));
    auto next_held = take(std::move(next));
    EXPECT_GT(next_held.token(), held.token());
    const auto late = held.transaction().set_data("/data", "late").commit_async();
    const auto valid = next_held.transaction().set_data("/data", "valid").commit_async();
    EXPECT_EQ(error_of(late).code(), ClientErrc::lock_lost);
    EXPECT_EQ(error_of(valid).code(), std::error_code());
    EXPECT_EQ(other().get("/data").data, "valid");
}

TEST_P(LockHandles, MayOutliveTheirLockAndClient) {
    std::optional<LockHandle> held;
    std::optional<GuardedTransaction> guarded;
    {
        KazooClient client(options());
        client.start(patience);
        {
            Lock lock(client, "/lock");
            held.emplace(lock.acquire(within(patience)));
        }
        EXPECT_TRUE(held->is_held());
        held->on_lost(counting());
        guarded.emplace(held->transaction());
    }
    EXPECT_TRUE(losses->wait_for(1));
    EXPECT_EQ(error_of(guarded->commit_async()).code(), ClientErrc::lock_lost);
    held.reset();
}

KAZOO_ON_EACH_HANDLER(LockHandles);

}  // namespace
}  // namespace kazoo::recipe_tests
