// SPDX-License-Identifier: Apache-2.0
#include "session/attempt_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::session {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const HostPort zk1("zk1", 2181);
const HostPort zk2("zk2", 2182);

class AttemptLogTest : public testing::Test {
protected:
    AttemptLog log;
    TimePoint now{1h};
};

TEST_F(AttemptLogTest, ReportsTheLastReasonForEachServer) {
    EXPECT_EQ(to_string(log.last()), "");
    EXPECT_TRUE(log.note(zk1, "10.0.0.1", "no answer", now));
    EXPECT_TRUE(log.note(zk2, "", "unknown", now));
    EXPECT_TRUE(log.note(zk1, "10.0.0.1", "refused", now));
    EXPECT_TRUE(log.note(zk1, "10.0.0.2", "refused", now));
    EXPECT_TRUE(log.note({"::1", 3}, "::1", "refused", now));
    EXPECT_EQ(
        to_string(log.last()),
        "tried zk2:2182: unknown; zk1:2181 (10.0.0.1): refused; zk1:2181 (10.0.0.2): refused; "
        "[::1]:3: refused"
    );
    log.clear();
    EXPECT_TRUE(log.last().empty());
}

TEST_F(AttemptLogTest, AResolvedNameIsNoLongerAFailure) {
    EXPECT_TRUE(log.note(zk1, "", "unknown", now));
    EXPECT_TRUE(log.note(zk1, "10.0.0.1", "refused", now));
    EXPECT_EQ(to_string(log.last()), "tried zk1:2181 (10.0.0.1): refused");
    EXPECT_FALSE(log.note(zk1, "", "unknown", now)) << "but it is not reported again either";
    EXPECT_EQ(to_string(log.last()), "tried zk1:2181 (10.0.0.1): refused; zk1:2181: unknown");
}

TEST_F(AttemptLogTest, TheSameReasonIsLoggedOncePerMinute) {
    EXPECT_TRUE(log.note(zk1, "", "unknown", now));
    EXPECT_FALSE(log.note(zk1, "", "unknown", now + 30s));
    EXPECT_FALSE(log.note(zk1, "", "unknown", now + 59s));
    EXPECT_TRUE(log.note(zk1, "", "unknown", now + 60s));
    EXPECT_FALSE(log.note(zk1, "", "unknown", now + 119s));
    EXPECT_TRUE(log.note(zk2, "", "unknown", now + 119s));
    log.clear();
    EXPECT_TRUE(log.note(zk1, "", "unknown", now + 119s));
}

TEST_F(AttemptLogTest, IsBounded) {
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(log.note({"zk" + std::to_string(i), 1}, "", "unknown", now));
    }
    EXPECT_EQ(log.last().size(), AttemptLog::limit);
    EXPECT_EQ(log.last().back().host.host, "zk999");
    EXPECT_THAT(to_string(log.last()), HasSubstr("; and 54 others"));
}

TEST_F(AttemptLogTest, TheHistoryOutlivesTheConnection) {
    EXPECT_TRUE(log.note(zk1, "10.0.0.1", "refused", now));
    log.record(zk2, "10.0.0.2", "connected", now + 1s);
    log.clear();
    EXPECT_TRUE(log.last().empty());
    ASSERT_EQ(log.history().size(), 2U);
    EXPECT_EQ(log.history()[0].server, "zk1:2181 (10.0.0.1)");
    EXPECT_EQ(log.history()[0].what, "refused");
    EXPECT_EQ(log.history()[1].when, now + 1s);
}

TEST_F(AttemptLogTest, RepeatedFailuresTakeOnePlaceOfTheHistory) {
    log.record(zk2, "10.0.0.2", "connected", now);
    for (int i = 0; i < 1000; ++i) {
        static_cast<void>(log.note(zk1, "", "unknown", now + i * 1s));
    }
    ASSERT_EQ(log.history().size(), 2U);
    EXPECT_EQ(log.history()[0].what, "connected");
    EXPECT_EQ(log.history()[1].times, 1000U);
    EXPECT_EQ(log.history()[1].when, now + 999s);
    for (int i = 0; i < 1000; ++i) {
        log.record({"zk" + std::to_string(i), 1}, "", "unknown", now);
    }
    EXPECT_EQ(log.history().size(), AttemptLog::history_limit);
}

}  // namespace
}  // namespace kazoo::session
