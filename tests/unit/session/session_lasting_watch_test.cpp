// SPDX-License-Identifier: Apache-2.0
// Persistent and recursive watches in the session, and the removal of watches.
#include "codec/decoder.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::RequestOptions;
using testing_support::run_every_way;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int32_t created = 1;
constexpr std::int32_t changed = 3;
constexpr std::int32_t child = 4;
constexpr std::int32_t marshalling_error = -5;
constexpr std::int32_t no_watcher = -121;
constexpr WatchKinds one_shot_kinds = data_kinds | only(WatchKind::child);

class SessionLastingWatchTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }

    void watch(
        const std::string& path,
        const std::string& watcher,
        WatchKind kind = WatchKind::persistent,
        std::int32_t err = 0
    ) {
        EXPECT_FALSE(s.ask("r", op_of(kind), {.path = path, .watcher = watcher, .kind = kind}));
        s.answer(err, 7);
        s.take();
    }
    void remove(const std::string& path, WatchKinds kinds, const std::string& name = "x") {
        EXPECT_FALSE(s.ask(name, Opcode::remove_watches, {.path = path, .removes = kinds}));
    }
    static Opcode op_of(WatchKind kind) {
        return kind == WatchKind::data    ? Opcode::get_data
               : kind == WatchKind::child ? Opcode::get_children
                                          : Opcode::add_watch;
    }
    /// Returns the watcher type of the last request.
    [[nodiscard]] std::int32_t asked_type() const {
        codec::Decoder decoder(s.last_frame());
        codec::RequestHeader header;
        codec::RemoveWatchesRequest request;
        EXPECT_TRUE(codec::decode(decoder, header) && codec::decode(decoder, request));
        return request.watcher_type;
    }
    void lose_and_reconnect() {
        s.closed();
        s.reconnect();
    }

    SessionScript s;
};

// --- gaps ---

TEST_F(SessionLastingWatchTest, AGapPrecedesAllEventsOfTheNewConnection) {
    watch("/p", "w1");
    lose_and_reconnect();
    const auto lines = s.take();
    const auto gap = std::find(lines.begin(), lines.end(), "gap");
    ASSERT_NE(gap, lines.end());
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "gap"), 1);
    EXPECT_NE(std::find(lines.begin(), gap, "CONNECTED"), gap) << "the reader can read again";
    s.notify(changed, "/p");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /p -> w1"));
}

TEST_F(SessionLastingWatchTest, WhatIsReadBecauseOfAGapIsReadAfterTheWatchIsSet) {
    watch("/1", "w1");
    watch("/2", "w2", WatchKind::recursive);
    lose_and_reconnect();
    lose_and_reconnect();  // from now on the watches are restored one by one
    EXPECT_THAT(s.take(), Contains("gap"));
    s.get("again", "/1");
    EXPECT_THAT(s.take(), IsEmpty()) << "not sent before the watches";
    s.restored();
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("recursive[/2]")));
    s.restored();
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> get_data")));
}

TEST_F(SessionLastingWatchTest, OneShotWatchesHaveNoGaps) {
    watch("/d", "w1", WatchKind::data);
    lose_and_reconnect();
    EXPECT_THAT(s.take(), Not(Contains("gap")));
}

TEST_F(SessionLastingWatchTest, ANewSessionHasNoGapsBecauseItHasNoWatches) {
    watch("/p", "w1");
    s.closed();
    s.reconnect({.timeout_ms = 0});
    EXPECT_THAT(s.take(), Contains("watch NONE EXPIRED_SESSION -> w1"));
    s.serve_for(1s);
    EXPECT_THAT(s.take(), Not(Contains("gap")));
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionLastingWatchTest, ThousandsAreRestoredInBoundedFrames) {
    constexpr int count = 20'000;
    const std::string prefix = "/a/path/of/common/length/";
    for (int i = 0; i < count; ++i) {
        const auto kind = i % 2 == 0 ? WatchKind::persistent : WatchKind::recursive;
        watch(prefix + std::to_string(i), "w" + std::to_string(i % 7), kind);
    }
    s.closed();
    const auto before = s.frame_sizes().size();
    s.reconnect();
    const std::vector<std::size_t> sizes(
        s.frame_sizes().begin() + static_cast<std::ptrdiff_t>(before), s.frame_sizes().end()
    );
    EXPECT_GT(sizes.size(), 4U);
    EXPECT_THAT(sizes, testing::Each(testing::Lt((128U << 10) + 100)));
    s.serve();
    EXPECT_EQ(s.session().watches(), static_cast<std::size_t>(count));
}

TEST_F(SessionLastingWatchTest, AServerThatCannotRestoreThemLosesThem) {
    watch("/p", "w1");
    watch("/r", "w2", WatchKind::recursive);
    lose_and_reconnect();
    s.take();
    s.restored(-5);
    EXPECT_THAT(s.take(), ElementsAre("watch WATCH_LOST /p -> w1", "watch WATCH_LOST /r -> w2"));
}

// --- removal ---

TEST_F(SessionLastingWatchTest, RemovalTakesEffectWithItsReply) {
    watch("/p", "w1");
    watch("/p", "w2", WatchKind::recursive);
    remove("/p", only(WatchKind::persistent));
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> remove_watches")));
    EXPECT_EQ(asked_type(), 4);
    s.notify(changed, "/p");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /p -> w1 w2"));
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("removed w1", "x ok"));
    s.notify(changed, "/p");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /p -> w2"));
    EXPECT_EQ(s.session().watches(), 1U);
    remove("/p", only(WatchKind::recursive));
    EXPECT_EQ(asked_type(), 5);
}

TEST_F(SessionLastingWatchTest, ARemovedWatchIsNotRestored) {
    watch("/p", "w1");
    watch("/q", "w2");
    remove("/q", only(WatchKind::persistent));
    s.closed();
    EXPECT_THAT(s.take(), Contains("removed w2"));
    s.reconnect();
    EXPECT_THAT(s.take(), Contains(HasSubstr("persistent[/p] recursive[]")));
}

TEST_F(SessionLastingWatchTest, ARemovalThatWasNotSentIsSentOnTheNextConnection) {
    watch("/q", "w2");
    s.hold_output(true);
    remove("/q", only(WatchKind::persistent));
    s.take();
    s.closed();
    s.hold_output(false);
    s.reconnect();
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains(HasSubstr("persistent[/q] recursive[]")));
    EXPECT_THAT(lines, Contains(HasSubstr("> remove_watches")));
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed w2"));
}

TEST_F(SessionLastingWatchTest, TheLossOfTheConnectionCompletesARemoval) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.closed();
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("removed w1"));
    EXPECT_THAT(lines, Contains("x ok"));
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionLastingWatchTest, TheEndOfTheSessionIsReportedInsteadOfARemoval) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.close();
    s.closed();
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains(HasSubstr("x connection_loss")));
    EXPECT_THAT(lines, Contains("watch NONE CLOSED -> w1"));
}

TEST_F(SessionLastingWatchTest, AServerWithoutTheWatchHasRemovedIt) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.answer(no_watcher);
    EXPECT_THAT(s.take(), ElementsAre("removed w1", "x ok"));
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.answer(no_watcher);
    EXPECT_THAT(s.take(), ElementsAre("x no_watcher not applied"));
}

TEST_F(SessionLastingWatchTest, ARefusedRemovalLeavesTheWatch) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.answer(-102);
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("x no_auth")));
    EXPECT_EQ(s.session().watches(), 1U);
}

TEST_F(SessionLastingWatchTest, AReplyThatEndsTheConnectionCompletesARemoval) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.answer(-4);
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("removed w1"));
    EXPECT_THAT(lines, Contains("x ok"));
}

// Servers before 3.9 have no watcher types for lasting watches, and "any" removes all of a path.
TEST_F(SessionLastingWatchTest, AnOldServerIsAskedToRemoveAnyIfNothingElseIsWatched) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.take();
    s.answer(marshalling_error);
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("x marshalling_error")));
    EXPECT_EQ(s.session().watches(), 1U);
    remove("/p", only(WatchKind::persistent));
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> remove_watches")));
    EXPECT_EQ(asked_type(), 3);
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("removed w1", "x ok"));
}

TEST_F(SessionLastingWatchTest, AnOldServerKeepsAWatchThatItCouldOnlyRemoveWithOthers) {
    const auto refuse_once = [this] {
        remove("/p", only(WatchKind::persistent));
        s.answer(marshalling_error);
        s.take();
    };
    watch("/p", "w1");
    watch("/p", "one-shot", WatchKind::data);
    refuse_once();
    remove("/p", only(WatchKind::persistent));
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> check_watches"))) << "another is registered";
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("removed w1", "x ok"));
    s.notify(changed, "/p");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /p -> one-shot"));

    watch("/p", "w2");
    EXPECT_FALSE(s.ask("r2", Opcode::get_data, {.path = "/p", .watcher = "late"}));
    s.take();
    remove("/p", only(WatchKind::persistent));
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> check_watches"))) << "another is requested";
}

TEST_F(SessionLastingWatchTest, TheNextServerIsAskedForTheTypeAgain) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    s.answer(marshalling_error);
    lose_and_reconnect();
    s.serve();
    remove("/p", only(WatchKind::persistent));
    EXPECT_EQ(asked_type(), 4);
}

TEST_F(SessionLastingWatchTest, OneShotWatchesAreRemovedByType) {
    const auto fill = [this] {
        watch("/a", "data", WatchKind::data);
        watch("/a", "child", WatchKind::child);
    };
    fill();
    remove("/a", data_kinds);
    EXPECT_EQ(asked_type(), 2);
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed data"));
    remove("/a", only(WatchKind::child));
    EXPECT_EQ(asked_type(), 1);
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed child"));
    fill();
    remove("/a", one_shot_kinds);
    EXPECT_EQ(asked_type(), 3);
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed data child"));
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionLastingWatchTest, AOneShotWatchMayFireWhileItsRemovalIsUnderWay) {
    watch("/a", "w1", WatchKind::data);
    remove("/a", one_shot_kinds);
    s.take();
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w1"));
    s.answer(no_watcher);
    EXPECT_THAT(s.take(), ElementsAre("x no_watcher not applied"));
    s.get("r");
    s.answer();
    EXPECT_THAT(s.take(), Contains("r ok")) << "the connection continues";
}

TEST_F(SessionLastingWatchTest, RemovalFollowsTheOrderOfRequests) {
    EXPECT_FALSE(s.ask("before", Opcode::get_data, {.path = "/a", .watcher = "w1"}));
    remove("/a", one_shot_kinds);
    EXPECT_FALSE(s.ask("after", Opcode::get_data, {.path = "/a", .watcher = "w2"}));
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed w1"));
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w2"));
}

// Before 3.9 a server would remove the persistent watch as well.
TEST_F(SessionLastingWatchTest, OneShotWatchesBesideALastingOneAreRemovedOnThisSideOnly) {
    watch("/a", "lasting");
    watch("/a", "w1", WatchKind::data);
    remove("/a", one_shot_kinds);
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> check_watches")));
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("removed w1", "x ok"));
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> lasting"));
}

TEST_F(SessionLastingWatchTest, ARemovalThatWasSentCannotBeCancelled) {
    watch("/p", "w1");
    remove("/p", only(WatchKind::persistent));
    EXPECT_FALSE(s.cancel("x"));
    s.serve();
    EXPECT_THAT(s.take(), Contains("removed w1"));
    watch("/p", "w1");
    s.hold_output(true);
    remove("/p", only(WatchKind::persistent), "y");
    EXPECT_TRUE(s.cancel("y"));
    s.hold_output(false);
    EXPECT_EQ(s.session().watches(), 1U) << "not sent";
}

TEST_F(SessionLastingWatchTest, ARemovalDoesNotCountAsAWatch) {
    auto config = testing_support::script_config();
    config.limits.watches = 1;
    SessionScript limited(config);
    limited.establish();
    EXPECT_FALSE(limited.ask("x", Opcode::remove_watches, {.path = "/a", .removes = one_shot_kinds})
    );
    EXPECT_FALSE(limited.ask("r", Opcode::get_data, {.path = "/a", .watcher = "w"}));
}

TEST(SessionLastingWatchScript, EndsWellWhateverFails) {
    run_every_way([](SessionScript& s) {
        s.establish();
        const auto add = [&s](const std::string& name, WatchKind kind) {
            EXPECT_FALSE(
                s.ask(name, Opcode::add_watch, {.path = "/p", .watcher = "w" + name, .kind = kind})
            );
        };
        add("1", WatchKind::persistent);
        s.answer();
        add("2", WatchKind::recursive);
        s.answer();
        s.notify(created, "/p");
        s.closed();
        s.reconnect();
        s.restored();
        s.notify(child, "/p");
        EXPECT_FALSE(s.ask(
            "3", Opcode::remove_watches, {.path = "/p", .removes = only(WatchKind::persistent)}
        ));
        s.answer(marshalling_error);
        EXPECT_FALSE(s.ask(
            "4", Opcode::remove_watches, {.path = "/p", .removes = only(WatchKind::recursive)}
        ));
        s.answer();
    });
}

}  // namespace
}  // namespace kazoo::session
