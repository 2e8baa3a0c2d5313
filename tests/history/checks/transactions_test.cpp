// SPDX-License-Identifier: Apache-2.0
// Tests of the check of transactions, on faulty histories.
#include "history/checks/transactions.hpp"

#include "history/checks/effects.hpp"
#include "history/checks/errors.hpp"
#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// "/a" exists with version 0, "/b" does not.
class TransactionCheckTest : public testing::Test {
protected:
    TransactionCheckTest() { sample.wrote(Write::Kind::create, "/a", "", Author::nobody); }

    /// Sets "/a", checks it and creates "/b".
    Call& commit() {
        auto& call = sample.call(Act::transaction, "/a");
        auto set = SampleHistory::part(Act::set, "/a", "d1", 0);
        set.stat = ZnodeStat();
        set.stat->mzxid = 2;
        set.stat->version = 1;
        call.parts = {
            set,
            SampleHistory::part(Act::check, "/a", "", 1),
            SampleHistory::part(Act::create, "/b", "d2")};
        return call;
    }
    Call& failed_commit(std::size_t part, std::error_code reason) {
        auto& call =
            SampleHistory::failed(commit(), ClientErrc::transaction_failed, Outcome::not_applied);
        for (std::size_t i = 0; i < call.parts.size(); ++i) {
            call.parts[i].error = i < part    ? std::error_code(ClientErrc::rolled_back)
                                  : i == part ? reason
                                              : std::error_code(Errc::runtime_inconsistency);
        }
        call.failed_part = part;
        call.reason = reason;
        return call;
    }
    void applied() {
        sample.wrote(Write::Kind::set, "/a", "d1");
        sample.also_wrote(Write::Kind::create, "/b", "d2");
    }
    std::string fault() {
        check_effects(sample.calls, sample.chronicle, sample.verdict);
        return sample.fault();
    }
    std::string fault_of(const Call& call) {
        check_error(call, sample.chronicle, sample.verdict);
        return sample.fault();
    }

    SampleHistory sample;
};

TEST_F(TransactionCheckTest, OneChangeWithAllWrites) {
    applied();
    commit();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(TransactionCheckTest, ASuccessWithoutAChange) {
    commit();
    EXPECT_THAT(fault(), HasSubstr("was never applied"));
}

TEST_F(TransactionCheckTest, HalfOfIt) {
    sample.wrote(Write::Kind::set, "/a", "d1");
    commit();
    EXPECT_THAT(fault(), HasSubstr("in part"));
}

TEST_F(TransactionCheckTest, TwoChangesInsteadOfOne) {
    sample.wrote(Write::Kind::set, "/a", "d1");
    sample.wrote(Write::Kind::create, "/b", "d2");
    commit();
    EXPECT_THAT(fault(), HasSubstr("was applied 2 times"));
}

TEST_F(TransactionCheckTest, ItsWritesInAnotherOrder) {
    sample.wrote(Write::Kind::create, "/b", "d2");
    sample.also_wrote(Write::Kind::set, "/a", "d1");
    commit();
    EXPECT_THAT(fault(), HasSubstr("another order"));
}

TEST_F(TransactionCheckTest, MoreThanItsWrites) {
    applied();
    sample.also_wrote(Write::Kind::remove, "/b", "");
    commit();
    EXPECT_THAT(fault(), HasSubstr("other writes"));
}

TEST_F(TransactionCheckTest, AppliedAlthoughAnOperationMustFail) {
    sample.wrote(Write::Kind::set, "/a", "before", Author::nobody);
    applied();
    auto& call = commit();
    call.parts[0].stat->mzxid = 3;
    call.parts[0].stat->version = 2;
    EXPECT_THAT(fault(), HasSubstr("position 0 must fail"));
}

TEST_F(TransactionCheckTest, AppliedThoughNotSent) {
    applied();
    SampleHistory::failed(commit(), Errc::connection_loss, Outcome::not_sent);
    EXPECT_THAT(fault(), HasSubstr("in spite of its outcome"));
}

TEST_F(TransactionCheckTest, AppliedThoughNotApplied) {
    applied();
    SampleHistory::failed(commit(), Errc::connection_loss, Outcome::not_applied);
    EXPECT_THAT(fault(), HasSubstr("in spite of its outcome"));
}

TEST_F(TransactionCheckTest, AWrongResult) {
    applied();
    commit().parts[2].made_path = "/chroot/b";
    EXPECT_THAT(fault(), HasSubstr("a wrong result of the operation on /b"));
}

TEST_F(TransactionCheckTest, AWrongVersion) {
    applied();
    commit().parts[0].stat->version = 2;
    EXPECT_THAT(fault(), HasSubstr("a wrong result of the operation on /a"));
}

TEST_F(TransactionCheckTest, ARefusalWithTheRightOperation) {
    sample.wrote(Write::Kind::create, "/b", "", Author::nobody);
    EXPECT_THAT(fault_of(failed_commit(2, Errc::node_exists)), IsEmpty());
}

TEST_F(TransactionCheckTest, ARefusalThatNamesAnotherOperation) {
    sample.wrote(Write::Kind::create, "/b", "", Author::nobody);
    EXPECT_THAT(fault_of(failed_commit(1, Errc::node_exists)), HasSubstr("without justification"));
}

TEST_F(TransactionCheckTest, ARefusalForAnotherReason) {
    sample.wrote(Write::Kind::create, "/b", "", Author::nobody);
    EXPECT_THAT(fault_of(failed_commit(2, Errc::no_node)), HasSubstr("without justification"));
}

TEST_F(TransactionCheckTest, ARefusalOfWhatWasPossible) {
    EXPECT_THAT(fault_of(failed_commit(2, Errc::node_exists)), HasSubstr("without justification"));
}

TEST_F(TransactionCheckTest, ResultsThatContradictTheFailure) {
    sample.wrote(Write::Kind::create, "/b", "", Author::nobody);
    auto& call = failed_commit(2, Errc::node_exists);
    call.parts[0].error = Errc::runtime_inconsistency;
    EXPECT_THAT(fault_of(call), HasSubstr("contradict the failure"));
}

/// With the marker "/m".
class ProtectedTransactionCheckTest : public TransactionCheckTest {
protected:
    Call& commit_protected() {
        auto& call = commit();
        call.marker = "/m";
        call.multi_step_operation = true;
        return call;
    }
    void applied_with_marker() {
        sample.wrote(Write::Kind::create, "/m", "checksum");
        sample.also_wrote(Write::Kind::set, "/a", "d1");
        sample.also_wrote(Write::Kind::create, "/b", "d2");
    }
    Call& question(bool answer) {
        auto& call = sample.call(Act::applied, "/m");
        call.marker = "/m";
        call.says_applied = answer;
        call.called = SampleHistory::at(500);
        return call;
    }
};

TEST_F(ProtectedTransactionCheckTest, TwoCommitsAreAppliedOnce) {
    applied_with_marker();
    SampleHistory::failed(commit_protected(), Errc::connection_loss, Outcome::unknown);
    auto& again = commit_protected();
    again.called = SampleHistory::at(500);
    again.reply_lost = true;
    question(true);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(ProtectedTransactionCheckTest, AppliedWithoutItsMarker) {
    applied();
    commit_protected();
    EXPECT_THAT(fault(), HasSubstr("without its marker"));
}

TEST_F(ProtectedTransactionCheckTest, ACommitThatClaimsWhatNobodyDid) {
    SampleHistory::failed(commit_protected(), Errc::connection_loss, Outcome::unknown);
    commit_protected().reply_lost = true;
    EXPECT_THAT(fault(), HasSubstr("was never applied"));
}

TEST_F(ProtectedTransactionCheckTest, ResolvedWronglyAsNotApplied) {
    applied_with_marker();
    SampleHistory::failed(commit_protected(), Errc::connection_loss, Outcome::not_applied);
    EXPECT_THAT(fault(), HasSubstr("in spite of its outcome"));
}

TEST_F(ProtectedTransactionCheckTest, AMarkerThatIsNotSeen) {
    applied_with_marker();
    SampleHistory::failed(commit_protected(), Errc::connection_loss, Outcome::unknown);
    question(false);
    EXPECT_THAT(fault(), HasSubstr("says false, which is not so"));
}

TEST_F(ProtectedTransactionCheckTest, AMarkerThatIsSeenAndDoesNotExist) {
    SampleHistory::failed(commit_protected(), Errc::connection_loss, Outcome::unknown);
    question(true);
    EXPECT_THAT(fault(), HasSubstr("says true, which is not so"));
}

TEST_F(ProtectedTransactionCheckTest, DeletingTheMarkerNeedsNoDeleteOfItsOwn) {
    applied_with_marker();
    commit_protected();
    sample.wrote(Write::Kind::remove, "/m", "");
    sample.call(Act::forget, "/m").multi_step_operation = true;
    EXPECT_THAT(fault(), IsEmpty());
}

}  // namespace
}  // namespace kazoo::history
