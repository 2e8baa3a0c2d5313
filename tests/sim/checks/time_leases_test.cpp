// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of leases in time and of double barriers, on faulty histories.
#include "checks/time_leases.hpp"

#include "checks/barriers.hpp"
#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TimeLeaseCheckTest : public testing::Test {
protected:
    TimePoint now() { return SampleHistory::at(static_cast<int>(sample.chronicle.zxid()) * 10); }
    /// Replaces the record. All clocks show 2023-11-14T22:13:20 and some milliseconds.
    ObtainedLease obtain(int client, const std::string& end) {
        ObtainedLease lease;
        lease.begun = now();
        lease.holder = "client" + std::to_string(client) + "-1";
        const auto data = R"({"version": 1, "holder": ")" + lease.holder + R"(", "end": ")" +
                          "2023-11-14T22:13:" + end + "\"}";
        const auto record = std::string("/w/lease_holder");
        if (sample.chronicle.of(record).back().exists) {
            sample.wrote(Write::Kind::remove, record, "", client);
            sample.also_wrote(Write::Kind::create, record, data, client);
        } else {
            sample.wrote(Write::Kind::create, record, data, client);
        }
        lease.token = sample.chronicle.zxid();
        lease.ended = now();
        return lease;
    }
    std::string fault() {
        check.at_end();
        return sample.fault();
    }

    SampleHistory sample;
    TimeLeaseCheck check{sample.verdict, sample.chronicle, ""};
};

TEST_F(TimeLeaseCheckTest, AcceptsHoldersOneAfterTheOther) {
    check.on_obtained(obtain(0, "24"));
    check.on_obtained(obtain(0, "20"));
    check.on_obtained(obtain(1, "24"));
    check.on_held("client1-1", now());
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(TimeLeaseCheckTest, ReportsALeaseThatIsTakenBeforeItsEnd) {
    obtain(0, "24");
    obtain(1, "24");
    EXPECT_THAT(fault(), HasSubstr("client1-1: has taken the lease before that of client0-1"));
}

TEST_F(TimeLeaseCheckTest, ReportsTwoHoldersAndHoldersAfterTheEnd) {
    obtain(0, "20");
    check.on_held("client0-1", now());
    EXPECT_THAT(sample.fault(), HasSubstr("after its end"));
    obtain(1, "24");
    check.on_held("client0-1", now());
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("and so does client1-1"));
}

TEST_F(TimeLeaseCheckTest, ReportsARecordThatAnotherRemovesAndAFalseToken) {
    auto lease = obtain(0, "24");
    --lease.token;
    check.on_obtained(lease);
    EXPECT_THAT(sample.fault(), HasSubstr("which is not that of its record"));
    sample.wrote(Write::Kind::remove, "/w/lease_holder", "", 1);
    check.at_end();
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("was changed by client1"));
}

class BarrierCheckTest : public testing::Test {
protected:
    BarrierCheckTest() {
        create("/b");
        create("/b/r");
    }
    void create(const std::string& path) { sample.wrote(Write::Kind::create, path, ""); }
    void remove(const std::string& path) { sample.wrote(Write::Kind::remove, path, ""); }

    SampleHistory sample;
    BarrierCheck check{sample.verdict, sample.chronicle, ""};
};

TEST_F(BarrierCheckTest, AcceptsMembersThatEnterTogetherAndLeaveTogether) {
    const auto begun = check.zxid();
    create("/b/r/one");
    create("/b/r/two");
    create("/b/r/ready");
    check.on_entered(0, "/b/r", begun);
    remove("/b/r/two");
    check.on_entered(0, "/b/r", check.zxid());
    const auto leaves = check.zxid();
    remove("/b/r/one");
    check.on_left(0, "/b/r", leaves);
    check.at_rest();
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST_F(BarrierCheckTest, ReportsAMemberThatEntersAlone) {
    create("/b/r/one");
    create("/b/r/ready");
    check.on_entered(0, "/b/r", 0);
    EXPECT_THAT(sample.fault(), HasSubstr("never had enough members"));
}

TEST_F(BarrierCheckTest, ReportsAMemberThatEntersWhenTheOthersHaveGone) {
    create("/b/r/one");
    create("/b/r/two");
    remove("/b/r/two");
    check.on_entered(0, "/b/r", check.zxid());
    EXPECT_THAT(sample.fault(), HasSubstr("when it was not open"));
}

TEST_F(BarrierCheckTest, ReportsAMemberThatLeavesBeforeTheOthersAndOneThatStays) {
    create("/b/r/one");
    check.on_left(0, "/b/r", check.zxid());
    EXPECT_THAT(sample.fault(), HasSubstr("although one is still there"));
    check.at_rest();
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("/b/r/one: left behind"));
}

}  // namespace
}  // namespace kazoo::sim
