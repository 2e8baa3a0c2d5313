// SPDX-License-Identifier: Apache-2.0
// Tests of the check of persistent and recursive watches, on faulty histories.
#include "history/checks/lasting_watches.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class LastingWatchCheckTest : public testing::Test {
protected:
    LastingWatchCheckTest() { sample.wrote(Write::Kind::create, "/a", "before"); }

    std::uint32_t watch(bool recursive, const char* path = "/a") {
        const auto number = check.begin(0, path, recursive);
        check.on_set(number);
        return number;
    }
    static WatchedEvent event(
        EventType type, std::optional<std::string> path, std::optional<std::int64_t> zxid = {}
    ) {
        return WatchedEvent(type, KeeperState::CONNECTED, std::move(path), zxid);
    }
    [[nodiscard]] std::string fault() {
        check.at_rest();
        return sample.fault();
    }

    SampleHistory sample;
    LastingWatchCheck check{sample.verdict, sample.chronicle};
};

TEST_F(LastingWatchCheckTest, EachChangeIsReported) {
    const auto one = watch(false);
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    sample.wrote(Write::Kind::create, "/a/b", "2");
    sample.wrote(Write::Kind::set, "/a/b", "3");
    sample.wrote(Write::Kind::set, "/ab", "4");
    check.on_event(one, event(EventType::CHANGED, "/a", 2));
    check.on_event(one, event(EventType::CHILD, "/a", 3));
    check.on_event(all, event(EventType::CHANGED, "/a", 2));
    check.on_event(all, event(EventType::CREATED, "/a/b"));
    check.on_event(all, event(EventType::CHANGED, "/a/b", 4));
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(LastingWatchCheckTest, AMissingChange) {
    watch(true);
    sample.wrote(Write::Kind::set, "/a/b", "1");
    EXPECT_THAT(fault(), HasSubstr("has missed a change without a gap"));
}

TEST_F(LastingWatchCheckTest, AMissingChangeOfTwoWithoutZxid) {
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    sample.wrote(Write::Kind::set, "/a", "2");
    check.on_event(all, event(EventType::CHANGED, "/a"));
    EXPECT_THAT(fault(), HasSubstr("has missed a change without a gap"));
}

TEST_F(LastingWatchCheckTest, AGapCoversWhatPrecedesItOnly) {
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    check.on_event(all, event(EventType::GAP, "/a"));
    sample.wrote(Write::Kind::set, "/a", "2");  // before the server has set the watch again
    check.on_read_again(all);
    EXPECT_THAT(fault(), IsEmpty());
    sample.wrote(Write::Kind::set, "/a", "3");
    EXPECT_THAT(fault(), HasSubstr("has missed a change without a gap"));
}

TEST_F(LastingWatchCheckTest, AnEventThatComparesZxids) {
    const auto one = watch(false);
    sample.wrote(Write::Kind::remove, "/a", "");
    sample.wrote(Write::Kind::create, "/a", "1");
    check.on_event(one, event(EventType::GAP, "/a"));
    check.on_event(one, event(EventType::CHANGED, "/a"));
    check.on_event(one, event(EventType::CHILD, "/a"));
    EXPECT_THAT(fault(), IsEmpty());
    check.on_event(one, event(EventType::CHANGED, "/a", 3));
    EXPECT_THAT(fault(), HasSubstr("did not happen")) << "with a zxid it is a change";
}

TEST_F(LastingWatchCheckTest, TheEndCoversAll) {
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    check.on_event(all, event(EventType::NONE, {}));
    sample.wrote(Write::Kind::set, "/a", "2");
    check.at_end();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(LastingWatchCheckTest, AnEventAfterTheRemoval) {
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    check.on_removed(all);
    EXPECT_THAT(fault(), IsEmpty());
    check.on_event(all, event(EventType::CHANGED, "/a", 2));
    EXPECT_THAT(fault(), HasSubstr("was removed"));
}

TEST_F(LastingWatchCheckTest, AnEventThatHasNoCause) {
    check.on_event(watch(false), event(EventType::CHANGED, "/a", 1));
    EXPECT_THAT(fault(), HasSubstr("did not happen"));
}

TEST_F(LastingWatchCheckTest, AnEventTwice) {
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    check.on_event(all, event(EventType::CHANGED, "/a", 2));
    check.on_event(all, event(EventType::GAP, "/a"));
    check.on_event(all, event(EventType::CHANGED, "/a", 2));
    EXPECT_THAT(fault(), IsEmpty()) << "another server may report it once more";
    check.on_event(all, event(EventType::CHANGED, "/a", 2));
    EXPECT_THAT(fault(), HasSubstr("again"));
}

TEST_F(LastingWatchCheckTest, EventsInAnotherOrder) {
    const auto all = watch(true);
    sample.wrote(Write::Kind::set, "/a", "1");
    sample.wrote(Write::Kind::set, "/a", "2");
    check.on_event(all, event(EventType::CHANGED, "/a", 3));
    check.on_event(all, event(EventType::CHANGED, "/a", 2));
    EXPECT_THAT(fault(), HasSubstr("another order"));
}

TEST_F(LastingWatchCheckTest, AWatchWithoutAnEventForItsEnd) {
    watch(true);
    check.at_end();
    EXPECT_THAT(fault(), HasSubstr("never got an event for its end"));
}

}  // namespace
}  // namespace kazoo::history
