// Tests of the cadence check and of the leak checks, on faulty histories.
#include "checks/cadence.hpp"
#include "checks/remains.hpp"
#include "history/checks/story.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

class CadenceTest : public testing::Test {
protected:
    void welcome() { cadence.on_welcome(3s, Story::at(0)); }
    [[nodiscard]] std::string fault() const {
        return verdict.good() ? "" : verdict.faults().front();
    }

    Verdict verdict;
    Cadence cadence{verdict, "client", 2};
};

TEST_F(CadenceTest, PingsEveryThirdOfTheTimeout) {
    welcome();
    for (int ms = 1000; ms < 10'000; ms += 1000) {
        cadence.on_ping(Story::at(ms));
    }
    cadence.on_end(Story::at(9900));
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CadenceTest, APingThatIsLate) {
    welcome();
    cadence.on_ping(Story::at(1200));
    EXPECT_THAT(fault(), HasSubstr("no ping for 1200 ms before this one"));
}

TEST_F(CadenceTest, APingThatIsLateForAReason) {
    welcome();
    cadence.on_excuse(500ms);
    cadence.on_ping(Story::at(1400));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.on_ping(Story::at(2700));
    EXPECT_THAT(fault(), HasSubstr("no ping for 1300 ms"));
}

TEST_F(CadenceTest, NoPingAtAll) {
    welcome();
    cadence.on_end(Story::at(2000));
    EXPECT_THAT(fault(), HasSubstr("at the end of a connection"));
}

TEST_F(CadenceTest, TooManyPings) {
    welcome();
    cadence.on_ping(Story::at(1000));
    cadence.on_ping(Story::at(2000));
    cadence.on_ping(Story::at(2100));
    EXPECT_THAT(fault(), HasSubstr("two pings within 100 ms"));
}

TEST_F(CadenceTest, APingBeforeTheWelcome) {
    cadence.on_ping(Story::at(1000));
    EXPECT_THAT(fault(), HasSubstr("before the welcome"));
}

TEST_F(CadenceTest, AttemptsWithoutPauses) {
    for (int i = 0; i < 5; ++i) {
        cadence.on_attempt(Story::at(i * 10));
    }
    EXPECT_THAT(fault(), HasSubstr("storms the servers"));
}

TEST_F(CadenceTest, AttemptsBehindConnectionsThatServed) {
    for (int i = 0; i < 5; ++i) {
        cadence.on_attempt(Story::at(i * 10));
        cadence.on_proof();
    }
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CadenceTest, AttemptsOfAClientThatIsStartedAgain) {
    for (int i = 0; i < 10; ++i) {
        cadence.want(i % 2 == 0, Story::at(i * 10));
        cadence.on_attempt(Story::at(i * 10));
    }
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CadenceTest, NobodyTriesToConnect) {
    cadence.want(true, Story::at(0));
    cadence.on_attempt(Story::at(10));
    cadence.look(false, false, Story::at(35'000));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(false, false, Story::at(37'000));
    EXPECT_THAT(fault(), HasSubstr("does not try to connect"));
}

TEST_F(CadenceTest, CredentialsThatAreNotJudgedProlongTheAttempt) {
    cadence.want(true, Story::at(0));
    cadence.on_attempt(Story::at(10));
    cadence.on_auth();
    cadence.look(false, false, Story::at(65'000));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(false, false, Story::at(67'000));
    EXPECT_THAT(fault(), HasSubstr("does not try to connect"));
}

TEST_F(CadenceTest, AConnectionThatIsSilent) {
    welcome();
    cadence.look(true, false, Story::at(1900));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(true, false, Story::at(2200));
    EXPECT_THAT(fault(), HasSubstr("connected, but nothing was heard"));
}

TEST_F(CadenceTest, ASessionThatMustBeOver) {
    welcome();
    cadence.look(false, true, Story::at(3900));
    EXPECT_THAT(fault(), IsEmpty());
    cadence.look(false, true, Story::at(4200));
    EXPECT_THAT(fault(), HasSubstr("SUSPENDED, but nothing was heard"));
}

TEST(RemainsCheckTest, WhatAClientLeavesBehind) {
    Verdict verdict;
    check_remains("client", Remains(), verdict);
    EXPECT_THAT(verdict.faults(), IsEmpty());
    Remains remains;
    remains.calls_under_way = 1;
    remains.connections = 1;
    remains.backlog = 1;
    remains.handler_users = 1;
    remains.client_lives = true;
    check_remains("client", remains, verdict);
    EXPECT_EQ(verdict.faults().size(), 5u);
}

TEST(RemainsCheckTest, Memory) {
    Verdict verdict;
    check_memory(7, 7, verdict);
    EXPECT_THAT(verdict.faults(), IsEmpty());
    check_memory(7, 9, verdict);
    EXPECT_THAT(verdict.faults(), testing::ElementsAre(HasSubstr("2 blocks")));
}

}  // namespace
}  // namespace kazoo::sim
