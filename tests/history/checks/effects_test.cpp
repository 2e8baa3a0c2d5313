// SPDX-License-Identifier: Apache-2.0
// Tests of the check of effects, on faulty histories.
#include "history/checks/effects.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string fault_in(SampleHistory& sample) {
    check_effects(sample.calls, sample.chronicle, sample.verdict);
    return sample.fault();
}

TEST(EffectCheckTest, SuccessfulWritesWereApplied) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/a", "d1");
    sample.wrote(Write::Kind::remove, "/a", "");
    sample.call(Act::create, "/a", "d1");
    sample.call(Act::remove, "/a");
    EXPECT_THAT(fault_in(sample), IsEmpty());
}

TEST(EffectCheckTest, ASuccessWithoutAWrite) {
    SampleHistory sample;
    sample.call(Act::set, "/a", "d1");
    EXPECT_THAT(fault_in(sample), HasSubstr("was never applied"));
}

TEST(EffectCheckTest, ADeleteThatDeletedNothing) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/a", "d1", Author::nobody);
    sample.wrote(Write::Kind::remove, "/a", "");
    sample.call(Act::remove, "/a");
    sample.call(Act::remove, "/a");
    EXPECT_THAT(fault_in(sample), HasSubstr("nothing was deleted"));
}

TEST(EffectCheckTest, AnUnknownWriteThatWasAppliedTwice) {
    SampleHistory sample;
    sample.wrote(Write::Kind::set, "/a", "d1");
    sample.wrote(Write::Kind::set, "/a", "d1");
    SampleHistory::failed(
        sample.call(Act::set, "/a", "d1"), Errc::connection_loss, Outcome::unknown
    );
    EXPECT_THAT(fault_in(sample), HasSubstr("written 2 times"));
}

TEST(EffectCheckTest, AnUnsentWriteThatWasApplied) {
    for (const auto outcome : {Outcome::not_sent, Outcome::not_applied}) {
        SampleHistory sample;
        sample.wrote(Write::Kind::set, "/a", "d1");
        SampleHistory::failed(sample.call(Act::set, "/a", "d1"), ClientErrc::cancelled, outcome);
        EXPECT_THAT(fault_in(sample), HasSubstr("was applied in spite of its outcome"));
    }
}

TEST(EffectCheckTest, AnUnsentDeleteThatWasApplied) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/a", "d1", Author::nobody);
    sample.wrote(Write::Kind::remove, "/a", "");
    SampleHistory::failed(sample.call(Act::remove, "/a"), ClientErrc::cancelled, Outcome::not_sent);
    EXPECT_THAT(fault_in(sample), HasSubstr("no call can have done that"));
}

TEST(EffectCheckTest, AWriteAfterItsReply) {
    SampleHistory sample;
    sample.wrote(Write::Kind::set, "/a", "d1");
    sample.call(Act::set, "/a", "d1").completed = SampleHistory::at(5);
    EXPECT_THAT(fault_in(sample), HasSubstr("written otherwise"));
}

TEST(EffectCheckTest, AReplyWithTheZxidOfAnother) {
    SampleHistory sample;
    const auto zxid = sample.wrote(Write::Kind::set, "/a", "d1").zxid;
    auto& call = sample.call(Act::set, "/a", "d1");
    call.stat = ZnodeStat();
    call.stat->mzxid = zxid + 1;
    EXPECT_THAT(fault_in(sample), HasSubstr("says zxid"));
}

TEST(EffectCheckTest, WritesOfASessionInAnotherOrder) {
    SampleHistory sample;
    sample.wrote(Write::Kind::set, "/a", "d2");
    sample.wrote(Write::Kind::set, "/a", "d1");
    sample.call(Act::set, "/a", "d1");
    sample.call(Act::set, "/a", "d2");
    EXPECT_THAT(fault_in(sample), HasSubstr("written after"));
}

TEST(EffectCheckTest, StepsOfAMultiStepCallNeedNoCallOfTheirOwn) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/t", "");
    sample.wrote(Write::Kind::create, "/t/x", "");
    sample.wrote(Write::Kind::remove, "/t/x", "");
    sample.call(Act::ensure_path, "/t/x").multi_step_operation = true;
    auto& removal = sample.call(Act::remove_tree, "/t/x");
    removal.multi_step_operation = true;
    EXPECT_THAT(fault_in(sample), IsEmpty());
    removal.client = 1;
    EXPECT_THAT(fault_in(sample), HasSubstr("no call can have done that"));
}

}  // namespace
}  // namespace kazoo::history
