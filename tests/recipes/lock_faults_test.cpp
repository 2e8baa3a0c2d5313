// SPDX-License-Identifier: Apache-2.0
// Locks while replies, connections, sessions and clients are lost, in each state.
#include "lock_fixture.hpp"

#include <kazoo/when.hpp>

namespace kazoo::recipe_tests {
namespace {

class LockFaults : public LockTest {
protected:
    void SetUp() override {
        LockTest::SetUp();
        other().create("/lock");
    }
};

TEST_P(LockFaults, ALostReplyToTheCreateLeavesOneNode) {
    server.inject(of_zk(Fault::drop_after().on(Request::create).once()));
    Lock lock(zk(), "/lock");
    const auto held = lock.acquire(within(patience));
    EXPECT_EQ(nodes().size(), 1);
    EXPECT_EQ("/lock/" + nodes().at(0), held.path());
    EXPECT_EQ(other().exists(held.path())->czxid, held.token());
}

TEST_P(LockFaults, ACreateThatWasNotAppliedIsRepeated) {
    server.inject(of_zk(Fault::drop_before().on(Request::create).times(2)));
    Lock lock(zk(), "/lock");
    const auto held = lock.acquire(within(patience));
    EXPECT_EQ(nodes().size(), 1);
}

TEST_P(LockFaults, LostRepliesToReadsAreRequestedAgain) {
    server.inject(of_zk(Fault::drop_after().on(Request::get_children).times(2)));
    server.inject(of_zk(Fault::drop_after().on(Request::get).times(2)));
    Lock lock(zk(), "/lock");
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
    server.inject(of_zk(Fault::fail(Errc::throttled_op).on(Request::get_children).times(2)));
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
}

TEST_P(LockFaults, ALostReplyToTheDeleteReleasesOnce) {
    Lock lock(zk(), "/lock");
    for (const auto& fault :
         {Fault::drop_after(), Fault::drop_before(), Fault::fail(Errc::connection_loss)}) {
        auto held = lock.acquire(within(patience));
        server.inject(of_zk(Fault(fault).on(Request::delete_).times(1)));
        EXPECT_TRUE(held.release(within(patience)));
        EXPECT_TRUE(nodes().empty());
    }
}

TEST_P(LockFaults, ADeleteThatTheServerThrottlesIsRepeated) {
    Lock lock(zk(), "/lock");
    auto held = lock.acquire(within(patience));
    server.inject(of_zk(Fault::fail(Errc::throttled_op).on(Request::delete_).times(2)));
    EXPECT_TRUE(held.release(within(patience)));
    EXPECT_TRUE(nodes().empty());
}

TEST_P(LockFaults, AReleaseThatIsNotAwaitedIsCompleted) {
    Lock lock(zk(), "/lock");
    auto held = lock.acquire(within(patience));
    const auto silent = server.inject(of_zk(Fault::hold().on(Request::delete_)));
    const auto limited = held.release_async(within(20ms));
    EXPECT_EQ(code_of(limited), Errc::operation_timeout);
    EXPECT_FALSE(held.is_held());
    server.remove(silent);
    EXPECT_TRUE(becomes_count(0));
    held = lock.acquire(within(patience));
    server.handshakes(testing::Handshake::refuse);
    server.drop_connection(session());
    const auto cancelled = held.release_async();
    cancelled.cancel();
    EXPECT_EQ(code_of(cancelled), ClientErrc::cancelled);
    server.clear_faults();
    EXPECT_TRUE(becomes_count(0)) << "it outlives the interruption";
}

TEST_P(LockFaults, AnotherPathIsMadeAgainWhenItIsDeleted) {
    Lock lock(zk(), "/lock");
    other().delete_("/lock");
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
    ASSERT_TRUE(becomes_count(0));
    other().delete_("/lock");
    EXPECT_TRUE(lock.try_acquire(within(patience)));
}

TEST_P(LockFaults, AnExpiryWhileEnqueuingBeginsAgain) {
    const auto held_back = server.inject(of_zk(Fault::hold().on(Request::create)));
    Lock lock(zk(), "/lock");
    auto result = lock.acquire_async();
    ASSERT_TRUE(becomes_count(1));
    expire_session();
    server.remove(held_back);
    const auto held = take(std::move(result));
    EXPECT_EQ(held.session(), session());
    EXPECT_EQ(nodes().size(), 1);
}

TEST_P(LockFaults, AnExpiryWhileWaitingBeginsAgain) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    auto result = lock.acquire_async();
    ASSERT_TRUE(waits(result, 2));
    const auto old = session();
    expire_session();
    ASSERT_TRUE(waits(result, 2)) << "with a node of the new session";
    other().delete_(blocker);
    const auto held = take(std::move(result));
    EXPECT_NE(held.session(), old);
    EXPECT_EQ(held.session(), session());
}

TEST_P(LockFaults, AnExpiryWhileReleasingEndsTheRelease) {
    Lock lock(zk(), "/lock");
    auto held = lock.acquire(within(patience));
    const auto silent = server.inject(of_zk(Fault::hold().on(Request::delete_)));
    const auto released = held.release_async();
    expire_session();
    server.remove(silent);
    EXPECT_EQ(code_of(released), std::error_code());
    EXPECT_TRUE(becomes_count(0));
}

TEST_P(LockFaults, AnInterruptionWhileWaitingKeepsThePlace) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    auto result = lock.acquire_async();
    ASSERT_TRUE(waits(result, 2));
    server.handshakes(testing::Handshake::refuse);
    server.drop_connection(session());
    other().delete_(blocker);
    server.clear_faults();
    const auto held = take(std::move(result));
    EXPECT_EQ(nodes().size(), 1);
    EXPECT_TRUE(held.path().ends_with("__lock__0000000001"));
}

TEST_P(LockFaults, TheOwnNodeDeletedByHandWhileWaitingIsMadeAgain) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    auto result = lock.acquire_async();
    ASSERT_TRUE(waits(result, 2));
    for (const auto& node : lock.contenders(within(patience))) {
        if (node.session == session()) other().delete_(node.path);
    }
    other().delete_(blocker);
    const auto held = take(std::move(result));
    EXPECT_TRUE(held.path().ends_with("__lock__0000000002"));
}

TEST_P(LockFaults, ATimeLimitWhileEnqueuingLeavesNoNode) {
    const auto held_back = server.inject(of_zk(Fault::hold().on(Request::create)));
    Lock lock(zk(), "/lock");
    EXPECT_EQ(code_of(lock.acquire_async(within(30ms))), ClientErrc::lock_timeout);
    EXPECT_EQ(code_of(lock.try_acquire_async(within(30ms))), ClientErrc::lock_timeout);
    ASSERT_TRUE(becomes_count(2));
    server.remove(held_back);
    EXPECT_TRUE(becomes_count(0));
}

TEST_P(LockFaults, ATimeLimitInAnInterruptionLeavesNoNode) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    const auto result = lock.acquire_async(within(200ms));
    ASSERT_TRUE(waits(result, 2));
    server.handshakes(testing::Handshake::refuse);
    server.drop_connection(session());
    EXPECT_EQ(code_of(result), ClientErrc::lock_timeout);
    server.clear_faults();
    EXPECT_TRUE(becomes_count(1)) << "only the blocker";
}

TEST_P(LockFaults, ACancellationStormLeavesNoNodeAndNoPendingResult) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    std::vector<AsyncResult<LockHandle>> results;
    for (int i = 0; i < 40; ++i) {
        results.push_back(lock.acquire_async(within(std::chrono::milliseconds(5 * i + 1))));
        if (i % 3 == 0) results[static_cast<std::size_t>(i / 2)].cancel();
        if (i % 10 == 9) server.drop_connection(session());
        if (i % 20 == 19) lock.cancel();
    }
    for (const auto& result : results) {
        const auto code = code_of(result);
        EXPECT_TRUE(code == ClientErrc::cancelled || code == ClientErrc::lock_timeout)
            << error_from(result.exception()).message();
    }
    EXPECT_TRUE(becomes_count(1));
    other().delete_(blocker);
    EXPECT_TRUE(lock.acquire(within(patience)).is_held());
}

TEST_P(LockFaults, WaitingEndsWithTheClient) {
    const auto blocker = block();
    std::optional<KazooClient> client(std::in_place, options());
    client->start(patience);
    std::optional<Lock> lock(std::in_place, *client, "/lock");
    const auto first = lock->acquire_async();
    ASSERT_TRUE(becomes_count(2));
    client->stop();
    EXPECT_EQ(code_of(first), ClientErrc::connection_closed);
    client->start(patience);
    const auto second = lock->acquire_async();
    ASSERT_TRUE(becomes_count(2));
    lock.reset();
    EXPECT_FALSE(second.ready()) << "it does not end with the object";
    client.reset();
    EXPECT_EQ(code_of(second), ClientErrc::connection_closed);
}

TEST_P(LockFaults, AnAcquisitionThatNobodyWaitsForIsReleased) {
    const auto blocker = block();
    {
        Lock lock(zk(), "/lock");
        static_cast<void>(lock.acquire_async());
        ASSERT_TRUE(becomes_count(2));
    }
    other().delete_(blocker);
    EXPECT_TRUE(becomes_count(0));
}

TEST_P(LockFaults, AFullQueueIsWaitedFor) {
    ClientLimits limits;
    limits.requests = 1;
    KazooClient client(options().limits(limits));
    client.start(patience);
    const auto silent = server.inject(
        Fault::hold().on(Request::exists).session(client.client_id().value().session_id)
    );
    const auto occupies_the_queue = client.exists_async("/other");
    Lock lock(client, "/lock");
    Semaphore semaphore(client, "/semaphore", 1);
    auto held = lock.acquire_async();
    auto lease = semaphore.acquire_async();
    EXPECT_EQ(code_of(client.get_async("/lock")), ClientErrc::queue_full);
    EXPECT_EQ(code_of(lock.acquire_async(within(20ms))), ClientErrc::lock_timeout);
    EXPECT_EQ(code_of(semaphore.acquire_async(within(20ms))), ClientErrc::lock_timeout);
    EXPECT_TRUE(nodes().empty());
    server.remove(silent);
    EXPECT_TRUE(take(std::move(held)).is_held());
    EXPECT_TRUE(take(std::move(lease)).is_held());
}

TEST_P(LockFaults, RefusalsOfTheServerEndTheAcquisition) {
    server.inject(of_zk(Fault::fail(Errc::no_auth).on(Request::create).once()));
    Lock lock(zk(), "/lock");
    EXPECT_EQ(code_of(lock.acquire_async()), Errc::no_auth);
    server.inject(of_zk(Fault::fail(Errc::no_auth).on(Request::get).once()));
    EXPECT_EQ(code_of(lock.acquire_async()), Errc::no_auth);
    EXPECT_TRUE(becomes_count(0));
}

KAZOO_ON_EACH_HANDLER(LockFaults);

}  // namespace
}  // namespace kazoo::recipe_tests
