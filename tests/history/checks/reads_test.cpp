// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of reads and watches, on faulty histories.
#include "history/checks/reads.hpp"

#include "history/checks/sample_history.hpp"
#include "history/checks/watches.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ReadAndWatchCheckTest : public testing::Test {
protected:
    ReadAndWatchCheckTest() {
        sample.wrote(Write::Kind::create, "/a", "d1");
        sample.wrote(Write::Kind::set, "/a", "d2");
        sample.wrote(Write::Kind::create, "/b", "d3");
    }

    Call& read(std::string data, std::string path = "/a") {
        auto& call = sample.call(Act::get, std::move(path));
        call.shows_data = true;
        call.shown_data = std::move(data);
        call.watches = true;
        return call;
    }
    void over(Call& call) {
        reads.on_over(call);
        watches.on_over(call);
    }
    static WatchedEvent changed(std::optional<std::int64_t> zxid = {}, const char* path = "/a") {
        return WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, path, zxid);
    }

    SampleHistory sample;
    ReadCheck reads{sample.verdict, sample.chronicle};
    WatchCheck watches{sample.verdict, sample.chronicle};
};

TEST_F(ReadAndWatchCheckTest, AReadMayBeLate) {
    over(read("d1"));
    over(read("d2"));
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST_F(ReadAndWatchCheckTest, AReadOfAStateThatNeverExisted) {
    over(read("d3"));
    EXPECT_THAT(sample.fault(), HasSubstr("shows a state that never existed"));
}

TEST_F(ReadAndWatchCheckTest, AReadThatGoesBack) {
    over(read("d2"));
    over(read("d1"));
    EXPECT_THAT(sample.fault(), HasSubstr("which its session had seen"));
}

TEST_F(ReadAndWatchCheckTest, AReadThatGoesBackOverAnotherNode) {
    over(read("d3", "/b"));
    over(read("d1"));
    EXPECT_THAT(sample.fault(), HasSubstr("which its session had seen"));
}

TEST_F(ReadAndWatchCheckTest, AReadAfterASync) {
    over(sample.call(Act::sync, "/a"));
    over(read("d1"));
    EXPECT_THAT(sample.fault(), HasSubstr("which its session had seen"));
}

TEST_F(ReadAndWatchCheckTest, AReadAfterItsOwnWrite) {
    over(sample.call(Act::set, "/a", "d2"));
    over(read("d1"));
    EXPECT_THAT(sample.fault(), HasSubstr("which its session had seen"));
}

TEST_F(ReadAndWatchCheckTest, AnotherSessionMayBeBehind) {
    over(read("d2"));
    auto& call = read("d1");
    call.session = 200;
    over(call);
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST_F(ReadAndWatchCheckTest, AMissingNodeThatExists) {
    over(read("d2"));
    over(SampleHistory::failed(sample.call(Act::get, "/a"), Errc::no_node, Outcome::not_applied));
    EXPECT_THAT(sample.fault(), HasSubstr("which its session had seen"));
}

TEST_F(ReadAndWatchCheckTest, AWatchThatFires) {
    auto& call = read("d2");
    over(call);
    sample.wrote(Write::Kind::set, "/a", "d4");
    watches.on_event(call, changed(4), 1);
    watches.at_rest();
    watches.at_end();
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST_F(ReadAndWatchCheckTest, ALostWatch) {
    over(read("d2"));
    watches.at_rest();
    EXPECT_THAT(sample.fault(), IsEmpty());
    sample.wrote(Write::Kind::set, "/a", "d4");
    watches.at_rest();
    EXPECT_THAT(sample.fault(), HasSubstr("its watch was lost"));
}

TEST_F(ReadAndWatchCheckTest, AWatchThatOutlivesItsSession) {
    over(read("d2"));
    watches.at_end();
    EXPECT_THAT(sample.fault(), HasSubstr("never told"));
}

TEST_F(ReadAndWatchCheckTest, AWatchThatFiresTwice) {
    auto& call = read("d2");
    over(call);
    sample.wrote(Write::Kind::set, "/a", "d4");
    watches.on_event(call, changed(), 1);
    watches.on_event(call, changed(), 2);
    EXPECT_THAT(sample.fault(), HasSubstr("told again"));
}

TEST_F(ReadAndWatchCheckTest, AWatchOfACallThatFailed) {
    auto& call = SampleHistory::failed(read(""), ClientErrc::cancelled, Outcome::not_applied);
    over(call);
    watches.on_event(call, changed(), 1);
    EXPECT_THAT(sample.fault(), HasSubstr("not armed"));
}

TEST_F(ReadAndWatchCheckTest, AnEventOlderThanTheValueRead) {
    for (const auto zxid : {std::optional<std::int64_t>(2), std::optional<std::int64_t>()}) {
        SampleHistory other;
        other.wrote(Write::Kind::create, "/a", "d1");
        other.wrote(Write::Kind::set, "/a", "d2");
        ReadCheck other_reads(other.verdict, other.chronicle);
        WatchCheck other_watches(other.verdict, other.chronicle);
        auto& call = other.call(Act::get, "/a");
        call.shows_data = true;
        call.shown_data = "d2";
        call.watches = true;
        other_reads.on_over(call);
        other_watches.on_over(call);
        other_watches.on_event(call, changed(zxid), 1);
        EXPECT_THAT(other.fault(), HasSubstr("was read before"));
    }
}

TEST_F(ReadAndWatchCheckTest, AnEventOfAnotherPath) {
    auto& call = read("d2");
    over(call);
    watches.on_event(call, changed({}, "/b"), 1);
    EXPECT_THAT(sample.fault(), HasSubstr("another path"));
}

TEST_F(ReadAndWatchCheckTest, AnEventAfterTheReplyThatShowsIt) {
    auto& call = read("d2");
    over(call);
    sample.wrote(Write::Kind::set, "/a", "d4");
    auto& later = read("d4");
    later.events_before = 0;
    over(later);
    watches.on_event(call, changed(4), 1);
    EXPECT_THAT(sample.fault(), HasSubstr("a reply that shows it came before"));
}

/// "/a" and "/b" are created by one transaction and set by the next.
class MultiReadCheckTest : public testing::Test {
protected:
    MultiReadCheckTest() {
        sample.wrote(Write::Kind::create, "/a", "a1");
        sample.also_wrote(Write::Kind::create, "/b", "b1");
        sample.wrote(Write::Kind::set, "/a", "a2");
        sample.also_wrote(Write::Kind::set, "/b", "b2");
    }

    void read(const char* a, const char* b, bool one_request = true) {
        auto& call = sample.call(Act::multi_read, "/a");
        call.one_request = one_request;
        for (const auto& [path, data] : {std::pair("/a", a), std::pair("/b", b)}) {
            auto& part = call.parts.emplace_back(SampleHistory::part(Act::get, path));
            part.shows_data = true;
            part.shown_data = data;
        }
        reads.on_over(call);
    }

    SampleHistory sample;
    ReadCheck reads{sample.verdict, sample.chronicle};
};

TEST_F(MultiReadCheckTest, OneStateOfTheTree) {
    read("a1", "b1");
    read("a2", "b2");
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST_F(MultiReadCheckTest, StatesOfTwoMoments) {
    read("a1", "b2");
    EXPECT_THAT(sample.fault(), HasSubstr("a state that never existed"));
}

TEST_F(MultiReadCheckTest, SingleReadsMayShowTwoMoments) {
    read("a1", "b2", false);
    EXPECT_THAT(sample.fault(), IsEmpty());
    read("a1", "b3", false);
    EXPECT_THAT(sample.fault(), HasSubstr("never existed, of /b"));
}

TEST_F(MultiReadCheckTest, AnOlderStateThanBefore) {
    read("a2", "b2");
    read("a1", "b1");
    EXPECT_THAT(sample.fault(), HasSubstr("which its session had seen"));
}

TEST_F(MultiReadCheckTest, AReadOfTheLatestStateThatIsOld) {
    for (const bool latest : {false, true}) {
        auto& call = sample.call(Act::get, "/a");
        call.shows_data = true;
        call.shown_data = "a1";
        call.latest = latest;
        reads.on_over(call);
        EXPECT_EQ(sample.verdict.good(), !latest);
    }
}

TEST_F(MultiReadCheckTest, AReadThatIsOlderThanItsZxid) {
    for (const std::int64_t zxid : {1, 2}) {
        auto& call = sample.call(Act::get, "/a");
        call.shows_data = true;
        call.shown_data = "a1";
        call.at_least = zxid;
        reads.on_over(call);
        EXPECT_EQ(sample.verdict.good(), zxid == 1);
    }
}

}  // namespace
}  // namespace kazoo::history
