// SPDX-License-Identifier: Apache-2.0
// Tests of the check of queues with locks, on faulty histories.
#include "checks/locking_queues.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class LockingQueueCheckTest : public testing::Test {
protected:
    LockingQueueCheckTest() {
        sample.wrote(Write::Kind::create, "/j/entries", "");
        sample.wrote(Write::Kind::create, "/j/taken", "");
    }
    TimePoint now() { return SampleHistory::at(static_cast<int>(sample.chronicle.zxid()) * 10); }
    std::string put(const std::string& name) {
        const auto item = check.items().new_item();
        auto& call = check.items().begin_put(0, {item}, 100, now());
        sample.wrote(Write::Kind::create, "/j/entries/" + name, item);
        QueueItems::end_put(call, {name}, std::nullopt, now());
        return item;
    }
    QueueClaim& lock(const std::string& item, const std::string& name, int client = 0) {
        auto& get = check.begin_get(client, true, now());
        const auto zxid =
            sample.wrote(Write::Kind::create, "/j/taken/" + name, "id", client, 100).zxid;
        check.end_get(get, item, zxid, now());
        return get;
    }
    void release(const std::string& name, int client = 0) {
        sample.wrote(Write::Kind::remove, "/j/taken/" + name, "", client);
    }
    void consume(const std::string& name) {
        sample.wrote(Write::Kind::remove, "/j/entries/" + name, "");
        sample.also_wrote(Write::Kind::remove, "/j/taken/" + name, "");
    }
    std::string fault() {
        check.at_end();
        return sample.fault();
    }

    SampleHistory sample;
    LockingQueueCheck check{sample.verdict, sample.chronicle, ""};
    const std::string first = "entry-100-0000000000";
    const std::string second = "entry-100-0000000001";
};

TEST_F(LockingQueueCheckTest, AcceptsConsumersInTheirOrder) {
    const auto item = put(first);
    const auto other = put(second);
    lock(item, first).consumed = true;
    lock(other, second, 1);
    consume(first);
    release(second, 1);
    check.at_rest();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(LockingQueueCheckTest, ReportsAFreeEntryThatWasPassedOver) {
    put(first);
    const auto other = put(second);
    lock(other, second);
    release(second);
    EXPECT_THAT(fault(), HasSubstr("although /j/entries/" + first + " precedes and is free"));
}

TEST_F(LockingQueueCheckTest, ReportsAnItemWithoutALock) {
    const auto item = put(first);
    check.end_get(check.begin_get(0, true, now()), item, 1, now());
    EXPECT_THAT(sample.fault(), HasSubstr("which it has not locked"));
}

TEST_F(LockingQueueCheckTest, ReportsALockThatAnotherClientRemoves) {
    lock(put(first), first);
    release(first, 1);
    EXPECT_THAT(fault(), HasSubstr("was removed by another client"));
}

TEST_F(LockingQueueCheckTest, ReportsConsumptionsThatNoCallReportsAndViceVersa) {
    auto& get = lock(put(first), first);
    consume(first);
    EXPECT_THAT(fault(), HasSubstr("and no call reports it"));
    sample.verdict = Verdict();
    get.perhaps = true;
    EXPECT_THAT(fault(), IsEmpty());
    auto& other = lock(put(second), second);
    other.consumed = true;
    release(second);
    EXPECT_THAT(fault(), HasSubstr("which was not deleted with its lock"));
}

TEST_F(LockingQueueCheckTest, ReportsAnEntryThatIsDeletedWithoutItsLock) {
    lock(put(first), first);
    sample.wrote(Write::Kind::remove, "/j/entries/" + first, "");
    release(first);
    EXPECT_THAT(fault(), HasSubstr("deleted without the lock of a consumer"));
}

TEST_F(LockingQueueCheckTest, ReportsALockThatIsLeftBehindAndAWaitForAFreeItem) {
    lock(put(first), first);
    const auto& get = check.begin_get(1, true, now());
    check.check_waiting(get);
    EXPECT_TRUE(sample.verdict.good());
    check.at_rest();
    EXPECT_THAT(sample.fault(), HasSubstr("left behind"));
    release(first);
    check.check_waiting(get);
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("waits although " + first));
}

}  // namespace
}  // namespace kazoo::sim
