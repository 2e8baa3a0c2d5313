// SPDX-License-Identifier: Apache-2.0
#include "history/checks/transactions.hpp"

#include "history/checks/errors.hpp"
#include "history/checks/sample_history.hpp"

#include <kazoo/exceptions.hpp>

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TransactionCheckTest : public testing::Test, protected SampleHistory {
protected:
    /// A transaction of a set and a deletion.
    void transact() {
        call(Act::set, "/a", "one").transaction = 1;
        call(Act::remove, "/b").transaction = 1;
    }
    std::string found() {
        check_transactions(calls, chronicle, verdict);
        return fault();
    }
    /// Adds a change with the zxid of the one before.
    void wrote_at_once(Write::Kind kind, std::string path) {
        auto write = chronicle.writes().back();
        write.kind = kind;
        write.path = std::move(path);
        write.data.clear();
        chronicle.add(write);
    }
};

TEST_F(TransactionCheckTest, OneThatWasAppliedAndOneThatWasNot) {
    wrote(Write::Kind::create, "/a", "");
    wrote(Write::Kind::create, "/b", "");
    wrote(Write::Kind::set, "/a", "one");
    wrote_at_once(Write::Kind::remove, "/b");
    transact();
    call(Act::set, "/a", "two").transaction = 3;
    call(Act::create, "/c", "three").transaction = 3;
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(TransactionCheckTest, AMissingDeletion) {
    wrote(Write::Kind::create, "/a", "");
    wrote(Write::Kind::create, "/b", "");
    wrote(Write::Kind::set, "/a", "one");
    transact();
    EXPECT_THAT(found(), HasSubstr("delete /b (good): not applied with the rest"));
}

TEST_F(TransactionCheckTest, TwoZxids) {
    wrote(Write::Kind::create, "/a", "");
    wrote(Write::Kind::set, "/a", "one");
    wrote(Write::Kind::create, "/c", "two");
    call(Act::set, "/a", "one").transaction = 1;
    call(Act::create, "/c", "two").transaction = 1;
    EXPECT_THAT(found(), HasSubstr("create /c (good): not applied with the rest"));
}

TEST_F(TransactionCheckTest, AnOperationMayFailBecauseOfAnother) {
    wrote(Write::Kind::create, "/a", "");
    auto& undone =
        failed(call(Act::set, "/a", "one"), ClientErrc::rolled_back, Outcome::not_applied);
    undone.transaction = 1;
    check_error(undone, chronicle, verdict);
    EXPECT_THAT(fault(), IsEmpty());
    undone.outcome = Outcome::unknown;
    check_error(undone, chronicle, verdict);
    EXPECT_THAT(fault(), HasSubstr("not an outcome of this error"));
}

TEST_F(TransactionCheckTest, AnOperationOutsideATransactionIsNotRolledBack) {
    const auto& call_alone =
        failed(call(Act::set, "/a", "one"), ClientErrc::rolled_back, Outcome::not_applied);
    check_error(call_alone, chronicle, verdict);
    EXPECT_THAT(fault(), HasSubstr("not an error of this call"));
}

}  // namespace
}  // namespace kazoo::history
