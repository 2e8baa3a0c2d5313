// SPDX-License-Identifier: Apache-2.0
// Tests of the check of programs that clean up, on faulty histories.
#include "checks/cleanup.hpp"

#include "history/checks/sample_history.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CleanupCheckTest : public testing::Test {
protected:
    CleanupCheckTest() {
        sample.wrote(Write::Kind::create, "/s/n", "d1");
        cleanup.path = "/s/n";
        cleanup.phase = Cleanup::Phase::deleting;
        cleanup.over = true;
    }
    void remove_node() {
        sample.wrote(Write::Kind::remove, "/s/n", "");
        cleanup.deleted = true;
    }
    [[nodiscard]] std::string fault() {
        check_cleanup(cleanup, sample.chronicle, sample.verdict);
        return sample.fault();
    }

    SampleHistory sample;
    Cleanup cleanup;
};

TEST_F(CleanupCheckTest, AcceptsACancelledProgramThatHasDeletedItsNode) {
    cleanup.cancelled = true;
    cleanup.error = make_error_code(ClientErrc::cancelled);
    remove_node();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CleanupCheckTest, AcceptsAProgramWhoseClientWasStopped) {
    cleanup.abandoned = true;
    cleanup.deletion_error = make_error_code(ClientErrc::connection_closed);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CleanupCheckTest, AcceptsAProgramThatHasCreatedNothing) {
    cleanup.path.clear();
    cleanup.error = make_error_code(Errc::connection_loss);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CleanupCheckTest, ReportsAProgramThatHangs) {
    cleanup.over = false;
    EXPECT_THAT(fault(), HasSubstr("hangs"));
}

TEST_F(CleanupCheckTest, ReportsAProgramThatEndedBeforeItsDeletion) {
    cleanup.phase = Cleanup::Phase::working;
    EXPECT_THAT(fault(), HasSubstr("ended without deleting it"));
}

TEST_F(CleanupCheckTest, ReportsACancelledDeletionInASection) {
    cleanup.cancelled_late = true;
    cleanup.deletion_error = make_error_code(ClientErrc::cancelled);
    EXPECT_THAT(fault(), HasSubstr("its protected deletion was cancelled"));
}

TEST_F(CleanupCheckTest, ReportsACancelledDeletionAfterAReset) {
    cleanup.protection = Cleanup::Protection::reset;
    cleanup.deletion_error = make_error_code(ClientErrc::cancelled);
    EXPECT_THAT(fault(), HasSubstr("its protected deletion was cancelled"));
}

TEST_F(CleanupCheckTest, AcceptsADeletionThatWasCancelledAfterTheReset) {
    cleanup.protection = Cleanup::Protection::reset;
    cleanup.cancelled_late = true;
    cleanup.deletion_error = make_error_code(ClientErrc::cancelled);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CleanupCheckTest, ReportsANodeThatExistsAfterItsDeletion) {
    cleanup.deleted = true;
    EXPECT_THAT(fault(), HasSubstr("still exists"));
}

TEST_F(CleanupCheckTest, ReportsACancelledProgramThatDidNotFail) {
    cleanup.cancelled = true;
    remove_node();
    EXPECT_THAT(fault(), HasSubstr("its result is not CancelledError"));
}

TEST_F(CleanupCheckTest, ReportsAnEffectOfCancelWhereItCanHaveNone) {
    Promise<void> awaited;
    cleanup.phase = Cleanup::Phase::working;
    cancel(cleanup, awaited.result());
    EXPECT_TRUE(cleanup.cancelled);
    EXPECT_FALSE(cleanup.cancelled_late || cleanup.cancelled_nothing);

    Promise<void> protected_from_it;
    cleanup.phase = Cleanup::Phase::deleting;
    cleanup.error = make_error_code(ClientErrc::cancelled);
    cancel(cleanup, protected_from_it.result());
    EXPECT_TRUE(cleanup.cancelled_late);
    remove_node();
    EXPECT_THAT(fault(), HasSubstr("cancel() returned true"));
}

}  // namespace
}  // namespace kazoo::sim
