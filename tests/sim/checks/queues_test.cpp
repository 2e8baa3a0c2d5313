// SPDX-License-Identifier: Apache-2.0
// Tests of the check of queues, on faulty histories.
#include "checks/queues.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class QueueCheckTest : public testing::Test {
protected:
    TimePoint now() { return SampleHistory::at(static_cast<int>(sample.chronicle.zxid()) * 10); }
    /// Puts an item, whose entry has this name.
    std::string put(const std::string& name, int priority = 100) {
        const auto item = check.items().new_item();
        auto& call = check.items().begin_put(0, {item}, priority, now());
        sample.wrote(Write::Kind::create, "/q/plain/" + name, item);
        QueueItems::end_put(call, {name}, std::nullopt, now());
        return item;
    }
    void remove(const std::string& name) {
        sample.wrote(Write::Kind::remove, "/q/plain/" + name, "");
    }
    /// Gives out an item, whose entry is deleted with it.
    void get(const std::string& item, const std::string& name) {
        auto& call = check.begin_get(0, true, now());
        remove(name);
        QueueCheck::end_get(call, item, std::nullopt, now());
    }
    std::string fault() {
        check.at_end();
        return sample.fault();
    }

    SampleHistory sample;
    QueueCheck check{sample.verdict, sample.chronicle, ""};
    const std::string first = "entry-100-0000000000";
    const std::string second = "entry-100-0000000001";
};

TEST_F(QueueCheckTest, AcceptsItemsInTheirOrder) {
    const auto item = put(first);
    const auto other = put(second);
    get(item, first);
    get(other, second);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(QueueCheckTest, ReportsAnEntryThatWasPassedOver) {
    put(first);
    const auto other = put(second);
    get(other, second);
    EXPECT_THAT(fault(), HasSubstr("although /q/plain/" + first + " precedes"));
}

TEST_F(QueueCheckTest, ReportsAnItemThatWasGivenOutTwice) {
    const auto item = put(first);
    auto& again = check.begin_get(1, false, now());
    get(item, first);
    QueueCheck::end_get(again, item, std::nullopt, now());
    EXPECT_THAT(fault(), HasSubstr("given out 2 times"));
}

TEST_F(QueueCheckTest, ReportsAnItemThatIsLostUnlessACallSaysSo) {
    put(first);
    auto& call = check.begin_get(0, false, now());
    remove(first);
    QueueCheck::end_get(call, std::nullopt, Error(Errc::connection_loss), now());
    call.perhaps = "/q/plain/" + first;
    EXPECT_THAT(fault(), IsEmpty());
    call.perhaps.clear();
    EXPECT_THAT(fault(), HasSubstr("deleted, and no get reports it"));
}

TEST_F(QueueCheckTest, ReportsAnItemWhoseEntryRemains) {
    const auto item = put(first);
    auto& call = check.begin_get(0, false, now());
    QueueCheck::end_get(call, item, std::nullopt, now());
    EXPECT_THAT(fault(), HasSubstr("whose entry was not deleted"));
}

TEST_F(QueueCheckTest, ReportsPutsThatWereNotAppliedOrInPart) {
    const auto item = check.items().new_item();
    auto& call = check.items().begin_put(0, {item}, 100, now());
    QueueItems::end_put(call, {first}, std::nullopt, now());
    EXPECT_THAT(fault(), HasSubstr("was applied 0 times"));
    sample.verdict = Verdict();
    call.error = Error(Errc::connection_loss, Outcome::unknown);
    call.items.push_back(check.items().new_item());
    sample.wrote(Write::Kind::create, "/q/plain/" + first, item);
    EXPECT_THAT(fault(), HasSubstr("was applied in part"));
}

TEST_F(QueueCheckTest, ReportsAWaitAlthoughThereIsAnItem) {
    auto& call = check.begin_get(0, false, now());
    sample.wrote(Write::Kind::create, "/q/plain", "");
    check.check_waiting(call);
    EXPECT_TRUE(sample.verdict.good());
    put(first);
    check.check_waiting(call);
    EXPECT_THAT(sample.fault(), HasSubstr("waits although there is " + first));
}

}  // namespace
}  // namespace kazoo::sim
