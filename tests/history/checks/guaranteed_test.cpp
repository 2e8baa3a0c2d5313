// SPDX-License-Identifier: Apache-2.0
// Tests of the check of guaranteed deletes and protected creates, on faulty histories.
#include "history/checks/guaranteed.hpp"

#include "history/checks/effects.hpp"
#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class GuaranteedCheckTest : public testing::Test {
protected:
    /// A guaranteed delete of the node that was created by the transaction `czxid`.
    Call& deletes(const char* path, std::int64_t czxid) {
        auto& call = sample.call(Act::remove_guaranteed, path);
        call.czxid = czxid;
        call.multi_step_operation = true;
        return call;
    }
    Call& creates(const char* path, const char* data) {
        auto& call = sample.call(Act::create, path, data);
        call.guarded = true;
        call.multi_step_operation = true;
        return call;
    }
    /// Has created /p/_c_id-n with the data d1.
    Call& creates_ephemeral() {
        auto& call = creates("/p/n", "d1");
        call.made_path = "/p/_c_id-n";
        call.ephemeral = true;
        return call;
    }
    void other_creates(const char* path, const char* data) {
        sample.wrote(Write::Kind::create, path, data, Author::nobody);
    }
    [[nodiscard]] std::string fault() {
        check_guaranteed(sample.calls, sample.chronicle, sample.verdict);
        check_effects(sample.calls, sample.chronicle, sample.verdict);
        return sample.fault();
    }

    SampleHistory sample;
};

TEST_F(GuaranteedCheckTest, AcceptsADeletionInTheBackground) {
    other_creates("/a", "d1");
    auto& call = deletes("/a", 1);
    call.completed = SampleHistory::at(11);
    SampleHistory::failed(call, Errc::operation_timeout, Outcome::unknown);
    sample.wrote(Write::Kind::remove, "/a", "");
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(GuaranteedCheckTest, ReportsANodeThatIsLeftAfterASuccess) {
    other_creates("/a", "d1");
    deletes("/a", 1);
    EXPECT_THAT(fault(), HasSubstr("succeeded, but the node exists"));
}

TEST_F(GuaranteedCheckTest, ReportsANodeThatIsLeftInTheBackground) {
    other_creates("/a", "d1");
    auto& call = deletes("/a", 1);
    SampleHistory::failed(call, ClientErrc::cancelled, Outcome::unknown);
    EXPECT_THAT(fault(), HasSubstr("was accepted, but the node still exists"));
}

TEST_F(GuaranteedCheckTest, AcceptsANodeThatIsLeftByAStoppedClient) {
    other_creates("/a", "d1");
    auto& call = deletes("/a", 1);
    SampleHistory::failed(call, ClientErrc::cancelled, Outcome::unknown);
    call.abandoned = true;
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(GuaranteedCheckTest, ReportsTheDeletionOfALaterNode) {
    other_creates("/a", "d1");
    sample.wrote(Write::Kind::remove, "/a", "", Author::nobody);
    other_creates("/a", "d2");
    deletes("/a", 1);
    sample.wrote(Write::Kind::remove, "/a", "");
    EXPECT_THAT(fault(), HasSubstr("no call can have done that"));
}

TEST_F(GuaranteedCheckTest, AcceptsTheDeletionOfANodeThatWasReplacedMeanwhile) {
    other_creates("/a", "d1");
    deletes("/a", 1);
    sample.wrote(Write::Kind::remove, "/a", "", Author::nobody);
    other_creates("/a", "d2");
    sample.wrote(Write::Kind::remove, "/a", "");
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(GuaranteedCheckTest, ReportsAProtectedCreateThatHasCreatedTwoNodes) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n0", "d1");
    sample.wrote(Write::Kind::create, "/p/_c_id-n1", "d1");
    auto& call = creates("/p/n", "d1");
    call.sequence = true;
    call.made_path = "/p/_c_id-n1";
    EXPECT_THAT(fault(), HasSubstr("written 2 times"));
}

TEST_F(GuaranteedCheckTest, ReportsAProtectedCreateThatHasLeftItsNode) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1");
    SampleHistory::failed(creates("/p/n", "d1"), Errc::operation_timeout, Outcome::unknown);
    EXPECT_THAT(fault(), HasSubstr("failed, but has left /p/_c_id-n"));
}

TEST_F(GuaranteedCheckTest, AcceptsAProtectedCreateThatHasDeletedItsNode) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1");
    SampleHistory::failed(creates("/p/n", "d1"), Errc::operation_timeout, Outcome::unknown);
    sample.wrote(Write::Kind::remove, "/p/_c_id-n", "");
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(GuaranteedCheckTest, AcceptsACreateThatIsExecutedLateInALostSession) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1");
    sample.wrote(Write::Kind::remove, "/p/_c_id-n", "", Author::nobody);
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", Author::unknown_client);
    auto& call = creates("/p/n", "d1");
    call.made_path = "/p/_c_id-n";
    call.session_lost = true;
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(GuaranteedCheckTest, ReportsACreateThatIsExecutedTwiceInOneSession) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n0", "d1");
    sample.wrote(Write::Kind::create, "/p/_c_id-n1", "d1");
    auto& call = creates("/p/n", "d1");
    call.sequence = true;
    call.made_path = "/p/_c_id-n1";
    call.session_lost = true;
    EXPECT_THAT(fault(), HasSubstr("written 2 times"));
}

TEST_F(GuaranteedCheckTest, ReportsAnEphemeralCreateThatIsExecutedTwice) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", 0, 100);
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", 0, 100);
    auto& call = creates("/p/n", "d1");
    call.made_path = "/p/_c_id-n";
    call.ephemeral = call.session_lost = true;
    EXPECT_THAT(fault(), HasSubstr("written 2 times"));
}

TEST_F(GuaranteedCheckTest, ReportsThePathOfAnotherNode) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1");
    creates("/p/n", "d1").made_path = "/p/_c_other-n";
    EXPECT_THAT(fault(), HasSubstr("written otherwise"));
}

TEST_F(GuaranteedCheckTest, AcceptsANodeWhoseCreationTheServerHasDeferred) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", Author::unknown_client, 100);
    creates_ephemeral();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(GuaranteedCheckTest, ReportsANodeThatTheServerGivesToAnotherSession) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", 0, 7);
    creates_ephemeral();
    EXPECT_THAT(fault(), HasSubstr("its node belongs to session 7"));
}

TEST_F(GuaranteedCheckTest, ReportsANodeOfAnEarlierSession) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", 0, 100);
    creates_ephemeral().session = 101;
    EXPECT_THAT(fault(), HasSubstr("its node belongs to session 100"));
}

TEST_F(GuaranteedCheckTest, ReportsAnOwnerThatTheStatDoesNotName) {
    sample.wrote(Write::Kind::create, "/p/_c_id-n", "d1", 0, 100);
    auto& call = creates_ephemeral();
    call.stat.emplace();
    call.stat->mzxid = 1;
    call.stat->ephemeral_owner = 7;
    EXPECT_THAT(fault(), HasSubstr("is said to belong to 7"));
}

}  // namespace
}  // namespace kazoo::history
