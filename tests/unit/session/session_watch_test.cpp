// SPDX-License-Identifier: Apache-2.0
// Watches: from the reply that registers them to their event, and across lost connections.
#include "codec/headers.hpp"
#include "codec/watches.hpp"
#include "support/hex.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int32_t no_node = -101;
constexpr std::int32_t created = 1;
constexpr std::int32_t deleted = 2;
constexpr std::int32_t changed = 3;
constexpr std::int32_t child = 4;

class SessionWatchTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }

    /// Sends a request with a watch and answers it.
    void watch(
        Opcode op,
        const std::string& path,
        const std::string& watcher,
        WatchKind kind,
        std::int32_t err = 0
    ) {
        ask(op, path, watcher, kind);
        s.answer(err, 7);
        s.take();
    }
    void ask(Opcode op, const std::string& path, const std::string& watcher, WatchKind kind) {
        EXPECT_FALSE(s.ask("r", op, {.path = path, .watcher = watcher, .kind = kind}));
    }
    void lose_and_reconnect() {
        s.closed();
        s.reconnect();
    }

    SessionScript s;
};

TEST_F(SessionWatchTest, IsRegisteredByItsReply) {
    ask(Opcode::get_data, "/a", "w1", WatchKind::data);
    EXPECT_EQ(s.session().watches(), 0U);
    s.notify(changed, "/a");  // belongs to no registered watch
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "r ok"));
    EXPECT_EQ(s.session().watches(), 1U);
    s.notify(changed, "/a", 42);
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w1"));
    EXPECT_EQ(
        s.watched().back(), WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, "/a", 42)
    );
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST_F(SessionWatchTest, AnEventRightAfterTheReplyIsDelivered) {
    ask(Opcode::get_data, "/a", "w1", WatchKind::data);
    s.take();
    base::Buffer both;
    codec::append_frame(both, codec::ReplyHeader{1, 5, 0});
    codec::append_frame(
        both, codec::ReplyHeader{codec::watch_xid, 6, 0}, codec::WatcherEvent{deleted, 3, "/a"}
    );
    s.bytes(both.span());
    EXPECT_THAT(s.take(), ElementsAre("r ok", "watch DELETED /a -> w1"));
}

TEST_F(SessionWatchTest, TheZxidOfAnEventHas64Bits) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data);
    s.notify(changed, "/a", 0x7'8000'0001);
    EXPECT_EQ(s.watched().back().zxid, 0x7'8000'0001);
}

TEST_F(SessionWatchTest, ServersBefore39OmitTheZxid) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data);
    s.notify(changed, "/a", -1);
    EXPECT_EQ(s.watched().back().zxid, std::nullopt);
}

TEST_F(SessionWatchTest, ExistsOnAMissingNodeWaitsForIt) {
    watch(Opcode::exists, "/a", "w1", WatchKind::data, no_node);
    EXPECT_EQ(s.session().watches(), 1U);
    lose_and_reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 7 data[] exist[/a] child[]"));
    s.notify(created, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CREATED /a -> w1"));
}

TEST_F(SessionWatchTest, ExistsOnANodeWatchesItsData) {
    watch(Opcode::exists, "/a", "w1", WatchKind::data);
    lose_and_reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 7 data[/a] exist[] child[]"));
}

TEST_F(SessionWatchTest, AFailedRequestRegistersNothing) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data, no_node);
    watch(Opcode::get_children, "/a", "w1", WatchKind::child, no_node);
    watch(Opcode::exists, "/a", "w1", WatchKind::data, -102);
    watch(Opcode::add_watch, "/a", "w1", WatchKind::persistent, -6);
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionWatchTest, AnAbandonedRequestRegistersNothing) {
    ask(Opcode::get_data, "/a", "w1", WatchKind::data);
    EXPECT_TRUE(s.cancel("r"));
    s.answer();
    EXPECT_EQ(s.session().watches(), 0U);
    s.take();
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST_F(SessionWatchTest, OneWatcherGetsAnEventOnce) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data);
    watch(Opcode::exists, "/a", "w1", WatchKind::data);
    watch(Opcode::get_children, "/a", "w1", WatchKind::child);
    EXPECT_EQ(s.session().watches(), 2U);
    s.notify(deleted, "/a");
    s.notify(deleted, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch DELETED /a -> w1"));
    EXPECT_EQ(s.session().watches(), 0U);
}

TEST_F(SessionWatchTest, DeletionFiresDataAndChildWatches) {
    watch(Opcode::get_data, "/a", "data", WatchKind::data);
    watch(Opcode::get_children, "/a", "child", WatchKind::child);
    s.notify(deleted, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch DELETED /a -> data child"));
}

TEST_F(SessionWatchTest, AChildEventFiresOnlyChildWatches) {
    watch(Opcode::get_data, "/a", "data", WatchKind::data);
    watch(Opcode::get_children, "/a", "child", WatchKind::child);
    watch(Opcode::add_watch, "/", "recursive", WatchKind::recursive);
    s.notify(child, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHILD /a -> child"));
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> data recursive"));
    s.notify(changed, "/a/b");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a/b -> recursive"));
}

TEST_F(SessionWatchTest, UnknownNotificationsAreIgnored) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data);
    watch(Opcode::add_watch, "/", "w2", WatchKind::recursive);
    for (const auto type : {0, -1, 5, 99}) {
        s.notify(type, "/a");
        EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("unknown type")));
    }
    s.notify(changed, "a");
    s.notify(changed, "");
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_EQ(s.session().watches(), 2U);
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w1 w2"));
}

// A watch has fired and is no longer registered on the server.
TEST_F(SessionWatchTest, WatchesAreRestoredAfterAnUndecodableEvent) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data);
    for (const bool empty : {true, false}) {
        empty ? s.reply({codec::watch_xid, 5, 0})
              : s.reply({codec::watch_xid, 5, 0}, codec::RequestHeader{changed});
        EXPECT_THAT(s.take_logs(), Contains(HasSubstr("cannot be decoded")));
        s.reconnect();
        EXPECT_THAT(s.take(), Contains("> set_watches 7 data[/a] exist[] child[]"));
        s.restored();
    }
    s.notify(changed, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w1"));
}

// A watcher may own captures of the user, whose destructors may call the session.
TEST_F(SessionWatchTest, NoWatcherIsDestroyedInsideTheSession) {
    const auto is_destroyed_outside = [this](auto&& what, const std::string& name) {
        EXPECT_FALSE(s.ask(name, Opcode::get_data, {.path = "/" + name, .watcher = "w" + name}));
        what(name);
        EXPECT_EQ(s.returned_unregistered("w" + name), 1) << name;
    };
    const auto error = [this](const auto&) { s.answer(no_node); };
    is_destroyed_outside(error, "failed");
    is_destroyed_outside([this](const auto& name) { EXPECT_TRUE(s.cancel(name)); }, "cancelled");
    s.hold_output(true);
    is_destroyed_outside([this](const auto& name) { EXPECT_TRUE(s.cancel(name)); }, "withdrawn");
    s.hold_output(false);
    s.answer();
    is_destroyed_outside([this](const auto&) { s.closed(); }, "lost");
    s.reconnect();
    is_destroyed_outside(
        [this](const auto&) {
            s.close();
            s.closed();
        },
        "closed"
    );
}

// --- across lost connections ---

TEST_F(SessionWatchTest, AllKindsAreRestored) {
    watch(Opcode::get_data, "/d", "w1", WatchKind::data);
    watch(Opcode::exists, "/e", "w2", WatchKind::data, no_node);
    watch(Opcode::get_children, "/c", "w3", WatchKind::child);
    lose_and_reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 7 data[/d] exist[/e] child[/c]"));
    s.restored();
    watch(Opcode::add_watch, "/p", "w4", WatchKind::persistent);
    watch(Opcode::add_watch, "/r", "w5", WatchKind::recursive);
    lose_and_reconnect();
    EXPECT_THAT(
        s.take(),
        Contains("> set_watches2 7 data[/d] exist[/e] child[/c] persistent[/p] recursive[/r]")
    );
    EXPECT_EQ(s.session().watches(), 5U);
}

// Missed events are not delivered; the user has to read again.
TEST_F(SessionWatchTest, PersistentWatchesAreRestoredWithoutMissedEvents) {
    watch(Opcode::add_watch, "/p", "w1", WatchKind::persistent);
    watch(Opcode::add_watch, "/r", "w2", WatchKind::recursive);
    lose_and_reconnect();
    EXPECT_THAT(
        s.take(), Contains("> set_watches2 7 data[] exist[] child[] persistent[/p] recursive[/r]")
    );
    s.restored();
    EXPECT_THAT(s.take(), IsEmpty());
    for (int i = 0; i < 2; ++i) {
        s.notify(changed, "/p");
        s.notify(created, "/r/a");
        EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /p -> w1", "watch CREATED /r/a -> w2"));
    }
}

TEST_F(SessionWatchTest, WithoutWatchesNothingIsRestored) {
    watch(Opcode::get_data, "/d", "w1", WatchKind::data);
    s.notify(changed, "/d");
    lose_and_reconnect();
    EXPECT_THAT(s.take(), testing::Not(Contains(HasSubstr("set_watches"))));
}

TEST_F(SessionWatchTest, MissedEventsPrecedeTheRestoreReply) {
    watch(Opcode::get_data, "/d", "w1", WatchKind::data);
    watch(Opcode::get_children, "/d", "w1", WatchKind::child);
    lose_and_reconnect();
    s.take();
    s.notify(deleted, "/d");  // once for each list; the watcher is called once
    s.notify(deleted, "/d");
    s.restored();
    EXPECT_THAT(s.take(), ElementsAre("watch DELETED /d -> w1"));
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("lost")));
}

// All events of a transaction have its zxid. A client that reported it on the next connection would
// not receive those that were lost.
TEST_F(SessionWatchTest, OneEventOfATransactionDoesNotHideTheOthers) {
    watch(Opcode::get_data, "/a", "w1", WatchKind::data);
    watch(Opcode::get_data, "/b", "w2", WatchKind::data);
    constexpr std::int64_t zxid_of_the_transaction = 9;
    s.notify(changed, "/a", zxid_of_the_transaction);
    lose_and_reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 7 data[/b] exist[] child[]"));
    s.notify(changed, "/b", zxid_of_the_transaction);
    s.restored();
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /b -> w2"));
}

TEST_F(SessionWatchTest, ThousandsAreRestoredInBoundedFrames) {
    constexpr int count = 50'000;
    const std::string prefix = "/a/path/of/common/length/";
    for (int i = 0; i < count; ++i) {
        ask(Opcode::get_data, prefix + std::to_string(i), "w1", WatchKind::data);
        s.answer(0, 7);
    }
    ASSERT_EQ(s.session().watches(), static_cast<std::size_t>(count));
    s.closed();
    s.take();
    s.get("last");
    const auto before = s.frame_sizes().size();
    s.reconnect();
    const std::vector<std::size_t> sizes(
        s.frame_sizes().begin() + static_cast<std::ptrdiff_t>(before), s.frame_sizes().end() - 1
    );
    EXPECT_GT(sizes.size(), 10U);
    EXPECT_THAT(sizes, testing::Each(testing::Lt((128U << 10) + 100)));
    const auto lines = s.take();
    const auto with_zxid = [](const std::string& line) {
        return line.starts_with("> set_watches 7 ");
    };
    EXPECT_EQ(
        std::count_if(lines.begin(), lines.end(), with_zxid),
        static_cast<std::ptrdiff_t>(sizes.size())
    );
    s.serve();
    EXPECT_THAT(s.take(), ElementsAre("last ok"));
    EXPECT_EQ(s.session().watches(), static_cast<std::size_t>(count));
}

TEST_F(SessionWatchTest, AnUnexpectedRestoreReplyIsIgnored) {
    watch(Opcode::get_data, "/d", "w1", WatchKind::data);
    s.restored(-5);
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_EQ(s.session().watches(), 1U);
}

TEST_F(SessionWatchTest, AnotherSessionOfAReadOnlyServerKeepsThem) {
    auto config = script_config();
    config.read_only = true;
    SessionScript local(config);
    local.establish({.read_only = true});
    EXPECT_FALSE(local.ask("r", Opcode::get_data, {.watcher = "w1"}));
    local.answer();
    local.closed();
    local.reconnect();
    EXPECT_THAT(local.take(), Contains("> set_watches 0 data[/a] exist[] child[]"));
}

TEST(SessionWatchLimitTest, CountsRegisteredAndPendingWatches) {
    auto config = script_config();
    config.limits.watches = 2;
    SessionScript s(config);
    s.establish();
    const auto ask = [&s](const std::string& name, const std::string& path) {
        return s.ask(name, Opcode::get_data, {.path = path, .watcher = "w"});
    };
    EXPECT_FALSE(ask("r1", "/1"));
    s.answer();
    EXPECT_FALSE(ask("r2", "/2"));
    EXPECT_EQ(ask("r3", "/3"), ClientErrc::too_many_watches);
    s.get("r4");
    EXPECT_TRUE(s.cancel("r2"));
    EXPECT_FALSE(ask("r5", "/5"));
    EXPECT_EQ(ask("r6", "/6"), ClientErrc::too_many_watches);
    s.serve();
    EXPECT_EQ(s.session().watches(), 2U);
    s.notify(changed, "/1");
    EXPECT_FALSE(ask("r7", "/7"));
}

}  // namespace
}  // namespace kazoo::session
