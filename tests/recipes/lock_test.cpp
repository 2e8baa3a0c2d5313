// SPDX-License-Identifier: Apache-2.0
// Lock: acquiring, waiting, releasing, and who holds it.
#include "lock_fixture.hpp"

#include <iostream>
#include <regex>

namespace kazoo::recipe_tests {
namespace {

class LockBasics : public LockTest {};

TEST_P(LockBasics, IsAcquiredAndReleased) {
    Lock lock(zk(), "lock/", LockOptions().identifier("host-7"));
    EXPECT_EQ(lock.path(), "/lock");
    EXPECT_FALSE(lock.is_acquired());
    auto held = lock.acquire(within(patience));
    EXPECT_TRUE(held.is_held());
    EXPECT_TRUE(lock.is_acquired());
    EXPECT_TRUE(std::regex_match(held.path(), std::regex("/lock/[0-9a-f]{32}__lock__0000000000")));
    const auto node = other().get(held.path());
    EXPECT_EQ(node.data, "host-7");
    EXPECT_EQ(node.stat.czxid, held.token());
    EXPECT_EQ(node.stat.ephemeral_owner, held.session());
    EXPECT_EQ(held.session(), session());
    EXPECT_TRUE(held.release());
    EXPECT_FALSE(held.is_held());
    EXPECT_FALSE(lock.is_acquired());
    EXPECT_FALSE(held.release()) << "it was released before";
    EXPECT_TRUE(nodes().empty());
    EXPECT_FALSE(held.lost().stop_requested()) << "a release is not a loss";
}

TEST_P(LockBasics, CostsThreeRequestsAndOne) {
    zk().ensure_path("/lock");
    Lock lock(zk(), "/lock");
    const auto count = [&] {
        std::uint64_t all = 0;
        for (const auto& operation : zk().metrics().operations) all += operation.ended();
        return all;
    };
    const auto before = count();
    auto held = lock.acquire(within(patience));
    const auto acquired = count();
    held.release(within(patience));
    std::cout << "requests: " << acquired - before << " + " << count() - acquired << '\n';
    EXPECT_EQ(acquired - before, 3);
    EXPECT_EQ(count() - acquired, 1);
}

TEST_P(LockBasics, IsPassedOnInOrder) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    auto first = lock.acquire_async();
    ASSERT_TRUE(waits(first, 2));
    auto second = lock.acquire_async();
    ASSERT_TRUE(waits(second, 3));
    other().delete_(blocker);
    auto held = take(std::move(first));
    EXPECT_FALSE(second.ready());
    const auto token = held.token();
    held.release(within(patience));
    auto next = take(std::move(second));
    EXPECT_GT(next.token(), token);
}

TEST_P(LockBasics, ADestroyedHandleReleases) {
    Lock lock(zk(), "/lock");
    auto held = lock.acquire(within(patience));
    held = LockHandle();
    EXPECT_TRUE(becomes_count(0));
    std::optional<LockHandle> moved(lock.acquire(within(patience)));
    LockHandle target = std::move(*moved);
    moved.reset();
    EXPECT_TRUE(target.is_held());
}

TEST_P(LockBasics, ATryDoesNotWait) {
    Lock lock(zk(), "/lock");
    Lock second(zk(), "/lock");
    auto held = lock.try_acquire(within(patience));
    ASSERT_TRUE(held);
    EXPECT_FALSE(lock.try_acquire(within(patience)));
    EXPECT_FALSE(second.try_acquire(within(patience)));
    EXPECT_TRUE(becomes_count(1)) << "the node of the try is deleted";
    held.reset();
    EXPECT_TRUE(second.try_acquire(within(patience)));
}

TEST_P(LockBasics, ATimeLimitCoversTheWholeAcquisition) {
    auto first = block();
    Lock lock(zk(), "/lock");
    const auto before = Clock::now();
    auto result = lock.acquire_async(within(300ms));
    ASSERT_TRUE(waits(result, 2));
    other().set(first, "changed");  // an event, which does not begin the limit again
    ASSERT_TRUE(result.wait(patience));
    EXPECT_GE(Clock::now() - before, 300ms);
    const auto error = error_from(result.exception());
    EXPECT_EQ(error.code(), ClientErrc::lock_timeout);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_NE(error.detail().find(first), std::string::npos) << error.message();
    EXPECT_TRUE(becomes_count(1));
}

TEST_P(LockBasics, CancelEndsWhatIsInProgressAndNothingElse) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    lock.cancel();
    auto first = lock.acquire_async();
    auto second = lock.acquire_async();
    ASSERT_TRUE(waits(first, 3));
    lock.cancel();
    EXPECT_EQ(code_of(first), ClientErrc::cancelled);
    EXPECT_EQ(code_of(second), ClientErrc::cancelled);
    EXPECT_TRUE(becomes_count(1));
    auto third = lock.acquire_async();
    other().delete_(blocker);
    auto held = take(std::move(third));
    lock.cancel();
    EXPECT_TRUE(held.is_held());
}

TEST_P(LockBasics, AResultAndAStopTokenCancelAsWell) {
    const auto blocker = block();
    Lock lock(zk(), "/lock");
    std::stop_source stop;
    const auto by_token = lock.acquire_async(CallOptions().stop_token(stop.get_token()));
    const auto by_result = lock.acquire_async();
    ASSERT_TRUE(waits(by_result, 3));
    stop.request_stop();
    by_result.cancel();
    EXPECT_EQ(code_of(by_token), ClientErrc::cancelled);
    EXPECT_EQ(code_of(by_result), ClientErrc::cancelled);
    EXPECT_TRUE(becomes_count(1));
}

TEST_P(LockBasics, OneObjectQueuesBehindItselfUnlessAskedNotTo) {
    Lock lock(zk(), "/lock");
    auto held = lock.acquire(within(patience));
    EXPECT_EQ(code_of(lock.acquire_async(within(50ms))), ClientErrc::lock_timeout);
    Lock strict(zk(), "/other", LockOptions().queue_behind_self(false));
    auto strictly_held = strict.acquire(within(patience));
    EXPECT_EQ(code_of(strict.acquire_async()), ClientErrc::would_deadlock);
    EXPECT_FALSE(strict.try_acquire(within(patience)));
    strictly_held.release();
    EXPECT_TRUE(strict.acquire(within(patience)).is_held());
}

TEST_P(LockBasics, ListsContendersInOrder) {
    const auto blocker = block();
    Lock lock(zk(), "/lock", LockOptions().identifier("mine"));
    EXPECT_EQ(Lock(zk(), "/absent").contenders().size(), 0);
    auto waiting = lock.acquire_async();
    ASSERT_TRUE(waits(waiting, 2));
    other().create("/lock/foreign");
    const auto all = lock.contenders(within(patience));
    ASSERT_EQ(all.size(), 2);
    EXPECT_EQ(all[0].path, blocker);
    EXPECT_EQ(all[0].data, "other");
    EXPECT_EQ(all[0].session, other().client_id()->session_id);
    EXPECT_EQ(all[0].number, 0);
    EXPECT_EQ(all[1].data, "mine");
    EXPECT_EQ(all[1].number, 1);
    EXPECT_GT(all[1].czxid, all[0].czxid);
    EXPECT_EQ(lock.break_lock(within(patience))->path, blocker);
    EXPECT_TRUE(take(std::move(waiting)).is_held());
}

TEST_P(LockBasics, ReportsThePlaceInTheQueue) {
    const auto blocker = block();
    auto places = std::make_shared<Recorder<std::string>>();
    Lock lock(zk(), "/lock", LockOptions().on_enqueued([places](const std::string& path) {
        places->add(path);
    }));
    auto waiting = lock.acquire_async();
    ASSERT_TRUE(places->wait_for(1));
    EXPECT_FALSE(waiting.ready());
    other().delete_(blocker);
    auto held = take(std::move(waiting));
    EXPECT_EQ(places->all(), std::vector{held.path()});
}

TEST_P(LockBasics, WaitsForTheNamesOfOtherClients) {
    const auto curator = block("_c_0b1f4d43-9a5e-4b2f-8f6f-1f608b1c6c2e-lock-");
    Lock blind(zk(), "/lock");
    EXPECT_TRUE(blind.acquire(within(patience)).is_held());
    ASSERT_TRUE(becomes_count(1));
    Lock mixed(zk(), "/lock", LockOptions().also("-lock-"));
    Lock own(zk(), "/lock", LockOptions().format(LockFormat::curator()));
    Lock go(zk(), "/lock", LockOptions().format(LockFormat::go()));
    EXPECT_FALSE(mixed.try_acquire(within(patience)));
    EXPECT_FALSE(own.try_acquire(within(patience)));
    EXPECT_FALSE(go.try_acquire(within(patience)));
    other().delete_(curator);
    const auto form = std::regex("/lock/_c_[0-9a-f-]{36}-lock-[0-9]{10}");
    EXPECT_TRUE(std::regex_match(own.acquire(within(patience)).path(), form));
}

TEST_P(LockBasics, RefusesWhatContradictsItself) {
    EXPECT_THROW(Lock(zk(), "/"), BadArgumentsError);
    EXPECT_THROW(Lock(zk(), "/a/../b"), BadArgumentsError);
    EXPECT_THROW(ReadLock(zk(), "/a", LockOptions().format(LockFormat::go())), BadArgumentsError);
    EXPECT_EQ(code_of(Lock(zk(), "/a").resume_async("a__rlock__0000000001")), Errc::bad_arguments);
    LockHandle empty;
    EXPECT_FALSE(empty.is_held());
    EXPECT_EQ(empty.token(), 0);
    EXPECT_FALSE(empty.release());
    EXPECT_THROW(static_cast<void>(empty.transaction()), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(empty.detach()), BadArgumentsError);
}

TEST_P(LockBasics, APersistentLockIsResumedByName) {
    const auto persistent = LockOptions().ephemeral(false);
    std::string name;
    {
        Lock lock(zk(), "/lock", persistent);
        auto held = lock.acquire(within(patience));
        EXPECT_EQ(held.session(), 0);
        name = held.detach();
        EXPECT_FALSE(held.is_held());
    }
    auto& next = start_client();
    Lock lock(next, "/lock", persistent);
    EXPECT_FALSE(lock.try_acquire(within(patience)));
    auto held = lock.resume(name, within(patience));
    EXPECT_EQ(held.path(), "/lock/" + name);
    EXPECT_TRUE(held.release(within(patience)));
    EXPECT_EQ(code_of(lock.resume_async(name)), ClientErrc::lock_lost);
    EXPECT_EQ(code_of(lock.resume_async("foreign")), Errc::bad_arguments);
}

TEST_P(LockBasics, MakesAContainerOnRequest) {
    Lock lock(zk(), "/deep/lock", LockOptions().container_parents());
    auto held = lock.acquire(within(patience));
    EXPECT_TRUE(held.is_held());
    EXPECT_EQ(other().exists("/deep/lock")->num_children, 1);
}

KAZOO_ON_EACH_HANDLER(LockBasics);

}  // namespace
}  // namespace kazoo::recipe_tests
