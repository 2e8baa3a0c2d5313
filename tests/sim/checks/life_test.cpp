// SPDX-License-Identifier: Apache-2.0
// Tests of the cadence check and of the leak checks, on faulty histories.
#include "checks/cadence.hpp"
#include "checks/leak_check.hpp"
#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

class CadenceTest : public testing::Test {
protected:
    void welcome() { cadence.on_handshake(3s, SampleHistory::at(0)); }
    [[nodiscard]] std::string fault() const {
        return verdict.good() ? "" : verdict.faults().front();
    }

    Verdict verdict;
    Cadence cadence{verdict, "client", 2};
};

TEST_F(CadenceTest, PingsEveryThirdOfTheTimeout) {
    welcome();
    for (int ms = 1000; ms < 10'000; ms += 1000) {
        cadence.on_ping(SampleHistory::at(ms));
    }
    cadence.on_end(SampleHistory::at(9900));
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CadenceTest, ALatePing) {
    welcome();
    cadence.on_ping(SampleHistory::at(1200));
    EXPECT_THAT(fault(), HasSubstr("no ping for 1200 ms before this one"));
}

TEST_F(CadenceTest, AnExcusedLatePing) {
    welcome();
    cadence.on_excuse(500ms);
    cadence.on_ping(SampleHistory::at(1400));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.on_ping(SampleHistory::at(2700));
    EXPECT_THAT(fault(), HasSubstr("no ping for 1300 ms"));
}

TEST_F(CadenceTest, NoPingAtAll) {
    welcome();
    cadence.on_end(SampleHistory::at(2000));
    EXPECT_THAT(fault(), HasSubstr("at the end of a connection"));
}

TEST_F(CadenceTest, TooManyPings) {
    welcome();
    cadence.on_ping(SampleHistory::at(1000));
    cadence.on_ping(SampleHistory::at(2000));
    cadence.on_ping(SampleHistory::at(2100));
    EXPECT_THAT(fault(), HasSubstr("two pings within 100 ms"));
}

TEST_F(CadenceTest, APingBeforeTheHandshake) {
    cadence.on_ping(SampleHistory::at(1000));
    EXPECT_THAT(fault(), HasSubstr("before the welcome"));
}

TEST_F(CadenceTest, AttemptsWithoutPauses) {
    for (int i = 0; i < 5; ++i) {
        cadence.on_attempt(SampleHistory::at(i * 10));
    }
    EXPECT_THAT(fault(), HasSubstr("retries without a pause"));
}

TEST_F(CadenceTest, AttemptsAfterConnectionsThatServed) {
    for (int i = 0; i < 5; ++i) {
        cadence.on_attempt(SampleHistory::at(i * 10));
        cadence.on_reply();
    }
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CadenceTest, AttemptsOfARestartedClient) {
    for (int i = 0; i < 10; ++i) {
        cadence.set_wanted(i % 2 == 0, SampleHistory::at(i * 10));
        cadence.on_attempt(SampleHistory::at(i * 10));
    }
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CadenceTest, NoAttemptToConnect) {
    cadence.set_wanted(true, SampleHistory::at(0));
    cadence.on_attempt(SampleHistory::at(10));
    cadence.look(false, false, SampleHistory::at(35'000));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(false, false, SampleHistory::at(37'000));
    EXPECT_THAT(fault(), HasSubstr("does not try to connect"));
}

TEST_F(CadenceTest, UnansweredCredentialsProlongTheAttempt) {
    cadence.set_wanted(true, SampleHistory::at(0));
    cadence.on_attempt(SampleHistory::at(10));
    cadence.on_auth();
    cadence.look(false, false, SampleHistory::at(65'000));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(false, false, SampleHistory::at(67'000));
    EXPECT_THAT(fault(), HasSubstr("does not try to connect"));
}

TEST_F(CadenceTest, ASilentConnection) {
    welcome();
    cadence.look(true, false, SampleHistory::at(1900));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(true, false, SampleHistory::at(2200));
    EXPECT_THAT(fault(), HasSubstr("connected, but nothing was heard"));
}

TEST_F(CadenceTest, ASessionThatMustHaveExpired) {
    welcome();
    cadence.look(false, true, SampleHistory::at(3900));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(false, true, SampleHistory::at(4200));
    EXPECT_THAT(fault(), HasSubstr("SUSPENDED, but nothing was heard"));
}

TEST(LeakCheckTest, LeaksOfAClient) {
    Verdict verdict;
    check_leaks("client", ClientLeaks(), verdict);
    EXPECT_THAT(verdict.faults(), IsEmpty());
    ClientLeaks remains;
    remains.calls_under_way = 1;
    remains.connections = 1;
    remains.backlog = 1;
    remains.backlog_bytes = 1;
    remains.handler_users = 1;
    remains.client_lives = true;
    check_leaks("client", remains, verdict);
    EXPECT_EQ(verdict.faults().size(), 6u);
}

TEST(LeakCheckTest, Memory) {
    Verdict verdict;
    check_memory(7, 7, verdict);
    EXPECT_THAT(verdict.faults(), IsEmpty());
    check_memory(7, 9, verdict);
    EXPECT_THAT(verdict.faults(), testing::ElementsAre(HasSubstr("2 allocations")));
}

}  // namespace
}  // namespace kazoo::sim
