// SPDX-License-Identifier: Apache-2.0
#include "contender_report.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::chaos {
namespace {

using history::SampleHistory;
using history::Write;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ContenderReportTest : public testing::Test {
protected:
    ContenderReportTest() { sample.wrote(Write::Kind::create, "/v", "7 /n 1"); }
    std::string fault(std::string_view lines, const std::set<std::string>& recipes = {}) {
        check_report(read_report(2, lines), recipes, sample.chronicle, sample.verdict);
        return sample.fault();
    }

    SampleHistory sample;
};

TEST_F(ContenderReportTest, ReadsItsLines) {
    const auto report =
        read_report(2, "wrote 7 /n 1\nrefused 7 /n 2\nserved lock\nfault bad\nother\nserved elec");
    EXPECT_EQ(report.contender, 2);
    ASSERT_EQ(report.writes.size(), 2u);
    EXPECT_EQ(report.writes[0].data, "7 /n 1");
    EXPECT_TRUE(report.writes[0].good);
    EXPECT_EQ(report.writes[1].data, "7 /n 2");
    EXPECT_EQ(report.writes[1].outcome, Outcome::not_applied);
    EXPECT_EQ(report.refused, 1u);
    EXPECT_THAT(report.served, ElementsAre("lock"));
    EXPECT_THAT(report.faults, ElementsAre("bad", "other"));
}

TEST_F(ContenderReportTest, ReportsThatTheHistoryConfirms) {
    EXPECT_THAT(
        fault(
            "wrote 7 /n 1\nrefused 7 /n 2\nfailed 7 /n 3\nunknown 7 /n 4\nserved lock\n", {"lock"}
        ),
        IsEmpty()
    );
}

TEST_F(ContenderReportTest, ASuccessfulWriteThatWasNotApplied) {
    EXPECT_THAT(fault("wrote 7 /n 2\n"), HasSubstr("contender2: \"7 /n 2\" was written 0 times"));
}

TEST_F(ContenderReportTest, ARefusedWriteThatWasApplied) {
    EXPECT_THAT(fault("refused 7 /n 1\n"), HasSubstr("was written 1 times; the client was given"));
}

TEST_F(ContenderReportTest, AWriteThatWasAppliedTwice) {
    sample.wrote(Write::Kind::set, "/v", "7 /n 1");
    EXPECT_THAT(fault("unknown 7 /n 1\n"), HasSubstr("was written 2 times"));
}

TEST_F(ContenderReportTest, ARecipeThatIsNotAcquiredAgain) {
    EXPECT_THAT(
        fault("served lock\n", {"lock", "election"}), HasSubstr("has not acquired election after")
    );
}

TEST_F(ContenderReportTest, AFaultOfTheContender) {
    EXPECT_THAT(fault("fault it hangs\n"), HasSubstr("contender2: it hangs"));
}

}  // namespace
}  // namespace kazoo::chaos
