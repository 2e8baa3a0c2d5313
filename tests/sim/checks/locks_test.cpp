// SPDX-License-Identifier: Apache-2.0
// Tests of the check of locks, on faulty histories.
#include "checks/locks.hpp"

#include "history/checks/sample_history.hpp"

#include <kazoo/errors.hpp>

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class LockCheckTest : public testing::Test {
protected:
    LockCheckTest() {
        check.add_lock("/l/a");
        check.add_value("/l/a-value");
        check.add_semaphore("/l/s", 1);
        create("/l/a");
        create("/l/s");
    }
    /// Returns a hold of the node by the session of client 0.
    LockHold create(const std::string& path) {
        LockHold hold;
        hold.node = path;
        hold.token = sample.wrote(Write::Kind::create, path, "", 0, 100).zxid;
        hold.session = 100;
        return hold;
    }
    void remove(const std::string& path) { sample.wrote(Write::Kind::remove, path, ""); }
    TimePoint now() { return SampleHistory::at(static_cast<int>(sample.chronicle.zxid()) * 10); }
    [[nodiscard]] std::string fault() {
        check.at_end();
        return sample.fault();
    }

    SampleHistory sample;
    LockCheck check{sample.verdict, sample.chronicle};
};

TEST_F(LockCheckTest, AcceptsHoldersInTheOrderOfTheirNodes) {
    const auto first = create("/l/a/x__lock__0");
    const auto second = create("/l/a/b__lock__1");
    check.on_acquired(first);
    remove(first.node);
    check.on_acquired(second);
    remove(second.node);
    check.at_rest();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(LockCheckTest, ReportsAHolderBehindAnother) {
    create("/l/a/x__lock__0");
    check.on_acquired(create("/l/a/b__lock__1"));
    EXPECT_THAT(fault(), HasSubstr("acquired although /l/a/x__lock__0 precedes"));
}

TEST_F(LockCheckTest, ReportsAHolderWhoseNodeWasDeletedBeforeItsTurn) {
    const auto first = create("/l/a/x__lock__0");
    const auto second = create("/l/a/b__lock__1");
    remove(second.node);
    remove(first.node);
    check.on_acquired(second);
    EXPECT_THAT(fault(), HasSubstr("precedes"));
}

TEST_F(LockCheckTest, AcceptsReadersBehindReadersAndNotBehindWriters) {
    create("/l/a/x__rlock__0");
    check.on_acquired(create("/l/a/b__rlock__1"));
    EXPECT_THAT(fault(), IsEmpty());
    create("/l/a/x__lock__2");
    check.on_acquired(create("/l/a/b__rlock__3"));
    EXPECT_THAT(fault(), HasSubstr("precedes"));
}

TEST_F(LockCheckTest, ReportsATokenThatIsNotTheCzxid) {
    auto hold = create("/l/a/x__lock__0");
    --hold.token;
    check.on_acquired(hold);
    EXPECT_THAT(fault(), HasSubstr("the token is not its czxid"));
}

TEST_F(LockCheckTest, ReportsTheNodeOfAnotherSession) {
    auto hold = create("/l/a/x__lock__0");
    hold.session = 101;
    check.on_acquired(hold);
    EXPECT_THAT(fault(), HasSubstr("another session"));
}

TEST_F(LockCheckTest, ReportsATokenOfTwoHolders) {
    const auto hold = create("/l/a/x__lock__0");
    check.on_acquired(hold);
    check.on_acquired(hold);
    EXPECT_THAT(fault(), HasSubstr("acquired twice"));
}

TEST_F(LockCheckTest, ReportsALossThatIsNotNoticedAndNotOneDuringASuspension) {
    const auto hold = create("/l/a/x__lock__0");
    remove(hold.node);
    check.calm_from(SampleHistory::at(0));
    check.on_held(hold, now() + 2s, TimePoint());
    check.on_held(hold, now() + 20s, now() + 19s);
    EXPECT_THAT(fault(), IsEmpty());
    check.on_held(hold, now() + 4s, TimePoint());
    EXPECT_THAT(fault(), HasSubstr("deleted long ago"));
}

TEST_F(LockCheckTest, ReportsALockThatIsCertainAfterItsSessionHasExpired) {
    const auto hold = create("/l/a/x__lock__0");
    check.on_remaining(hold, 2s);
    check.on_expired(hold.session + 1);
    check.on_remaining(hold, 2s);
    check.on_expired(hold.session);
    check.on_remaining(hold, 0s);
    EXPECT_THAT(fault(), IsEmpty());
    remove(hold.node);
    check.on_remaining(hold, 2s);
    EXPECT_THAT(fault(), HasSubstr("certain for 2000 ms more, and its session has expired"));
}

TEST_F(LockCheckTest, ReportsAGuardedWriteWithoutTheLock) {
    const auto hold = create("/l/a/x__lock__0");
    auto& write = check.begin_write(hold, "/l/a-value", now());
    remove(hold.node);
    sample.wrote(Write::Kind::set, "/l/a-value", write.data);
    LockCheck::end_write(write, std::nullopt, now());
    EXPECT_THAT(fault(), HasSubstr("applied without the lock"));
}

TEST_F(LockCheckTest, ReportsAGuardedWriteThatWasRefusedAndApplied) {
    const auto hold = create("/l/a/x__lock__0");
    auto& write = check.begin_write(hold, "/l/a-value", now());
    sample.wrote(Write::Kind::set, "/l/a-value", write.data);
    LockCheck::end_write(write, Error(ClientErrc::lock_lost, Outcome::not_applied), now());
    EXPECT_THAT(fault(), HasSubstr("was applied 1 times"));
}

TEST_F(LockCheckTest, ReportsAGuardedWriteThatSucceededAndWasNotApplied) {
    const auto hold = create("/l/a/x__lock__0");
    LockCheck::end_write(check.begin_write(hold, "/l/a-value", now()), std::nullopt, now());
    EXPECT_THAT(fault(), HasSubstr("was not applied"));
}

TEST_F(LockCheckTest, ReportsTokensThatDecrease) {
    sample.wrote(Write::Kind::create, "/l/a-value", "9/1");
    sample.wrote(Write::Kind::set, "/l/a-value", "8/2");
    EXPECT_THAT(fault(), HasSubstr("token 8 after 9"));
}

TEST_F(LockCheckTest, ReportsTooManyLeases) {
    create("/l/s/one");
    EXPECT_THAT(fault(), IsEmpty());
    create("/l/s/two");
    EXPECT_THAT(fault(), HasSubstr("2 leases"));
}

TEST_F(LockCheckTest, ReportsNodesThatAreLeftBehind) {
    create("/l/a/x__lock__0");
    check.at_rest();
    EXPECT_THAT(fault(), HasSubstr("left behind"));
}

TEST_F(LockCheckTest, CoversTheNodesOfTheRecipesOnly) {
    EXPECT_TRUE(check.covers("/l/a"));
    EXPECT_TRUE(check.covers("/l/a/x__lock__0"));
    EXPECT_TRUE(check.covers("/l/a-value"));
    EXPECT_FALSE(check.covers("/l/b"));
    EXPECT_FALSE(check.covers("/k/a"));
}

}  // namespace
}  // namespace kazoo::sim
