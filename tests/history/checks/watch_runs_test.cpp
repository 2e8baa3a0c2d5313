// SPDX-License-Identifier: Apache-2.0
// Tests of the check of the events between two gaps, on faulty histories.
#include "history/checks/watch_runs.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using enum EventType;

/// Changes, with zxids from 1: creates of /a, /a/b, /a/c; sets of /a/b, /z, /a/c; a deletion of
/// /a/b; a set of /a/c.
class WatchRunsTest : public testing::Test {
protected:
    WatchRunsTest() {
        using Kind = Write::Kind;
        sample.wrote(Kind::create, "/a", "");
        sample.wrote(Kind::create, "/a/b", "");
        sample.wrote(Kind::create, "/a/c", "");
        sample.wrote(Kind::set, "/a/b", "1");
        sample.wrote(Kind::create, "/z", "2");
        sample.wrote(Kind::set, "/a/c", "3");
        sample.wrote(Kind::remove, "/a/b", "");
        sample.wrote(Kind::set, "/a/c", "4");
        report.who = "client0";
        report.path = "/a";
        report.before = 1;
        report.at_rest = 8;
        report.runs.resize(1);
        report.runs[0].read_up_to = 1;
        report.runs[0].events = {
            {CREATED, "/a/b"},
            {CREATED, "/a/c"},
            {CHANGED, "/a/b"},
            {CHANGED, "/a/c"},
            {DELETED, "/a/b"},
            {CHANGED, "/a/c"}};
    }
    /// A gap behind the first `events` events; the last `after` events follow it.
    void add_gap(std::size_t events, std::size_t after, std::optional<std::int64_t> read_up_to) {
        auto& all = report.runs[0].events;
        WatchRun second;
        second.events.assign(all.end() - static_cast<std::ptrdiff_t>(after), all.end());
        second.read_up_to = read_up_to;
        all.resize(events);
        report.runs.push_back(second);
    }
    std::string fault() {
        missed = check_watch_runs(report, sample.chronicle, sample.verdict);
        return sample.fault();
    }

    SampleHistory sample;
    WatchReport report;
    std::size_t missed = 0;
};

TEST_F(WatchRunsTest, AllChangesAreReported) {
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_EQ(missed, 0U);
}

TEST_F(WatchRunsTest, ChangesInAGapAreMissing) {
    add_gap(2, 1, 7);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_EQ(missed, 3U);
}

TEST_F(WatchRunsTest, AServerThatWasBehindReportsChangesAgain) {
    add_gap(4, 4, 7);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_EQ(missed, 0U);
}

TEST_F(WatchRunsTest, AGapWithoutEventsBehindIt) {
    add_gap(2, 0, 8);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_EQ(missed, 4U);
}

TEST_F(WatchRunsTest, AGapBehindWhichNothingWasRead) {
    add_gap(2, 1, 7);
    report.runs.insert(report.runs.begin() + 1, WatchRun());
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(WatchRunsTest, AnEventIsMissing) {
    report.runs[0].events.erase(report.runs[0].events.begin() + 2);
    EXPECT_THAT(
        fault(),
        HasSubstr("no contiguous part of the changes from what was read on: "
                  "event 3 of 5, CHANGED /a/c")
    );
}

TEST_F(WatchRunsTest, TheFirstEventIsMissing) {
    report.runs[0].events.erase(report.runs[0].events.begin());
    EXPECT_THAT(fault(), HasSubstr("no contiguous part"));
}

TEST_F(WatchRunsTest, TheLastEventIsMissing) {
    report.runs[0].events.pop_back();
    EXPECT_THAT(fault(), HasSubstr("lacks changes behind its last event"));
}

TEST_F(WatchRunsTest, AllEventsAreMissing) {
    report.runs[0].events.clear();
    EXPECT_THAT(fault(), HasSubstr("lacks"));
}

TEST_F(WatchRunsTest, AnEventIsRepeated) {
    auto& events = report.runs[0].events;
    events.insert(events.begin(), events.front());
    EXPECT_THAT(fault(), HasSubstr("no contiguous part"));
}

TEST_F(WatchRunsTest, EventsChangePlaces) {
    std::swap(report.runs[0].events[1], report.runs[0].events[2]);
    EXPECT_THAT(fault(), HasSubstr("no contiguous part"));
}

TEST_F(WatchRunsTest, AChangeBehindWhatWasReadIsMissing) {
    add_gap(2, 2, 6);
    report.runs[1].events.erase(report.runs[1].events.begin());
    EXPECT_THAT(fault(), HasSubstr("run 2 of 2 "));
}

TEST_F(WatchRunsTest, AChangeFromBeforeTheWatchIsReported) {
    report.runs[0].events.insert(report.runs[0].events.begin(), {CREATED, "/a"});
    EXPECT_THAT(fault(), HasSubstr("no contiguous part"));
}

TEST_F(WatchRunsTest, AChangeThatWasReadBeforeAnEarlierGapIsReportedAgain) {
    add_gap(2, 5, 7);
    report.runs[0].read_up_to = 3;
    EXPECT_THAT(fault(), HasSubstr("run 2 of 2 is no contiguous part"));
}

TEST_F(WatchRunsTest, NothingIsReadAfterTheLastGap) {
    add_gap(2, 1, std::nullopt);
    EXPECT_THAT(fault(), HasSubstr("run 2 of 2 has not been read"));
}

}  // namespace
}  // namespace kazoo::history
