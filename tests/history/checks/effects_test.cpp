// Tests of the check of effects, on faulty histories.
#include "history/checks/effects.hpp"

#include "history/checks/story.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string fault_in(Story& story) {
    check_effects(story.calls, story.chronicle, story.verdict);
    return story.fault();
}

TEST(EffectCheckTest, WhatSucceededWasWritten) {
    Story story;
    story.wrote(Write::Kind::create, "/a", "d1");
    story.wrote(Write::Kind::remove, "/a", "");
    story.call(Act::create, "/a", "d1");
    story.call(Act::remove, "/a");
    EXPECT_THAT(fault_in(story), IsEmpty());
}

TEST(EffectCheckTest, ASuccessWithoutAWrite) {
    Story story;
    story.call(Act::set, "/a", "d1");
    EXPECT_THAT(fault_in(story), HasSubstr("was never written"));
}

TEST(EffectCheckTest, ADeleteThatDeletedNothing) {
    Story story;
    story.wrote(Write::Kind::create, "/a", "d1", Author::nobody);
    story.wrote(Write::Kind::remove, "/a", "");
    story.call(Act::remove, "/a");
    story.call(Act::remove, "/a");
    EXPECT_THAT(fault_in(story), HasSubstr("nothing was deleted"));
}

TEST(EffectCheckTest, AnUnknownWriteThatHappenedTwice) {
    Story story;
    story.wrote(Write::Kind::set, "/a", "d1");
    story.wrote(Write::Kind::set, "/a", "d1");
    Story::failed(story.call(Act::set, "/a", "d1"), Errc::connection_loss, Outcome::unknown);
    EXPECT_THAT(fault_in(story), HasSubstr("written 2 times"));
}

TEST(EffectCheckTest, AWriteThatWasNotSentAndIsThere) {
    for (const auto outcome : {Outcome::not_sent, Outcome::not_applied}) {
        Story story;
        story.wrote(Write::Kind::set, "/a", "d1");
        Story::failed(story.call(Act::set, "/a", "d1"), ClientErrc::cancelled, outcome);
        EXPECT_THAT(fault_in(story), HasSubstr("and yet it was written"));
    }
}

TEST(EffectCheckTest, ADeleteThatWasNotSentAndHappened) {
    Story story;
    story.wrote(Write::Kind::create, "/a", "d1", Author::nobody);
    story.wrote(Write::Kind::remove, "/a", "");
    Story::failed(story.call(Act::remove, "/a"), ClientErrc::cancelled, Outcome::not_sent);
    EXPECT_THAT(fault_in(story), HasSubstr("no call can have done that"));
}

TEST(EffectCheckTest, AWriteAfterItsReply) {
    Story story;
    story.wrote(Write::Kind::set, "/a", "d1");
    story.call(Act::set, "/a", "d1").completed = Story::at(5);
    EXPECT_THAT(fault_in(story), HasSubstr("written otherwise"));
}

TEST(EffectCheckTest, AReplyWithTheZxidOfAnother) {
    Story story;
    const auto zxid = story.wrote(Write::Kind::set, "/a", "d1").zxid;
    auto& call = story.call(Act::set, "/a", "d1");
    call.stat = ZnodeStat();
    call.stat->mzxid = zxid + 1;
    EXPECT_THAT(fault_in(story), HasSubstr("says zxid"));
}

TEST(EffectCheckTest, WritesOfASessionInAnotherOrder) {
    Story story;
    story.wrote(Write::Kind::set, "/a", "d2");
    story.wrote(Write::Kind::set, "/a", "d1");
    story.call(Act::set, "/a", "d1");
    story.call(Act::set, "/a", "d2");
    EXPECT_THAT(fault_in(story), HasSubstr("written after"));
}

TEST(EffectCheckTest, StepsOfALongCallNeedNoCallOfTheirOwn) {
    Story story;
    story.wrote(Write::Kind::create, "/t", "");
    story.wrote(Write::Kind::create, "/t/x", "");
    story.wrote(Write::Kind::remove, "/t/x", "");
    story.call(Act::ensure_path, "/t/x").several_steps = true;
    auto& removal = story.call(Act::remove_tree, "/t/x");
    removal.several_steps = true;
    EXPECT_THAT(fault_in(story), IsEmpty());
    removal.client = 1;
    EXPECT_THAT(fault_in(story), HasSubstr("no call can have done that"));
}

}  // namespace
}  // namespace kazoo::history
