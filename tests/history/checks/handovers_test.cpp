// SPDX-License-Identifier: Apache-2.0
// Tests of the check of sessions that are handed over, on faulty histories.
#include "history/checks/handovers.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

#include <utility>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// The session 100 of client 0 has seen the creation of /a, at zxid 1.
class HandoverCheckTest : public testing::Test {
protected:
    HandoverCheckTest() {
        sample.wrote(Write::Kind::create, "/a", "d1", 0, 100);
        sample.chronicle.advance_to(1);
    }
    void hand_over(ArmedWatch kind = ArmedWatch::data) {
        SessionHandover session(100, "secret", std::chrono::seconds(5), 1);
        session.add_watch(kind, "/a");
        number = check.begin(0, 1, session);
    }
    void connect(bool new_session = false, std::int64_t session = 100, std::int64_t zxid = 1) {
        check.on_connected(number, {session, new_session, false, zxid});
    }
    void event(EventType type) {
        WatchedEvent event;
        event.type = type;
        if (type != EventType::NONE) {
            event.path = "/a";
        }
        check.on_event(number, event);
    }
    [[nodiscard]] std::string fault() {
        check.at_rest();
        return sample.fault();
    }

    SampleHistory sample;
    HandoverCheck check{sample.verdict, sample.chronicle};
    std::uint32_t number = 0;
};

TEST_F(HandoverCheckTest, AcceptsAWatchThatFires) {
    hand_over();
    sample.wrote(Write::Kind::set, "/a", "d2", 1);
    check.on_successor(number);
    connect();
    event(EventType::CHANGED);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(HandoverCheckTest, ReportsALostWatch) {
    hand_over();
    sample.wrote(Write::Kind::set, "/a", "d2", 1);
    connect();
    EXPECT_THAT(fault(), HasSubstr("has lost the watch on /a"));
}

TEST_F(HandoverCheckTest, AcceptsALostWatchOfASuccessorThatHasEnded) {
    hand_over();
    sample.wrote(Write::Kind::set, "/a", "d2", 1);
    connect();
    check.on_end(number);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(HandoverCheckTest, ReportsAnEventOfAChangeThatWasSeen) {
    hand_over();
    connect();
    event(EventType::CHANGED);
    EXPECT_THAT(fault(), HasSubstr("reports what had been seen"));
}

TEST_F(HandoverCheckTest, ReportsAnEventOfAWatchThatDoesNotExist) {
    number = check.begin(0, 1, SessionHandover(100, "secret", std::chrono::seconds(5), 1));
    connect();
    event(EventType::CHANGED);
    EXPECT_THAT(fault(), HasSubstr("has no watch for this event"));
}

TEST_F(HandoverCheckTest, ReportsAMissingGap) {
    hand_over(ArmedWatch::persistent);
    connect();
    EXPECT_THAT(fault(), HasSubstr("reports no gap"));
}

TEST_F(HandoverCheckTest, AcceptsAGapAndAWatchThatWasJoined) {
    hand_over(ArmedWatch::persistent);
    connect();
    event(EventType::GAP);
    EXPECT_THAT(fault(), IsEmpty());
    hand_over(ArmedWatch::persistent_recursive);
    connect();
    check.on_joined(number, "/a");
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(HandoverCheckTest, ReportsASessionThatItsClientHasClosed) {
    hand_over();
    Write end;
    end.kind = Write::Kind::remove;
    end.zxid = 2;
    end.author = {0, 100};
    end.by_end_of_session = true;
    end.path = "/a";
    sample.chronicle.add(end);
    check.on_successor(number);
    EXPECT_THAT(fault(), HasSubstr("was closed by its client"));
}

TEST_F(HandoverCheckTest, ReportsASessionThatWasNotResumed) {
    hand_over();
    check.on_connected(number, {101, true, true, 1});
    EXPECT_THAT(fault(), HasSubstr("was not resumed, although the servers have it"));
}

TEST_F(HandoverCheckTest, ReportsAnotherSessionAndAnOlderZxid) {
    hand_over();
    connect(false, 101);
    EXPECT_THAT(fault(), HasSubstr("was resumed as another session"));
    sample.verdict = Verdict();
    hand_over();
    connect(false, 100, 0);
    EXPECT_THAT(fault(), HasSubstr("was resumed with an older last zxid"));
}

TEST_F(HandoverCheckTest, ReportsAnEndThatNoWatchReports) {
    hand_over();
    connect(true, 101);
    EXPECT_THAT(fault(), HasSubstr("no watch function was called with NONE"));
}

TEST_F(HandoverCheckTest, AcceptsAnEndThatAWatchReports) {
    hand_over();
    event(EventType::NONE);
    connect(true, 101);
    EXPECT_THAT(fault(), IsEmpty());
}

}  // namespace
}  // namespace kazoo::history
