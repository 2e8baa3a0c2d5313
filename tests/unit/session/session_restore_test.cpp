// SPDX-License-Identifier: Apache-2.0
// Restoring the watches of a session on its next connection, and servers that reject them.
#include "codec/headers.hpp"
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
using testing_support::SessionScript;
using namespace std::chrono_literals;

class SessionRestoreTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }

    void watch(const std::string& path, const std::string& watcher = "w") {
        EXPECT_FALSE(s.ask("r", Opcode::get_data, {.path = path, .watcher = watcher}));
        s.answer(0, 7);
        s.take();
    }
    void lose_and_reconnect() {
        s.closed();
        s.reconnect();
    }
    /// Answers SetWatches like a server that closes the connection over a watch containing this
    /// text. Returns true if it did.
    bool closed_by_watch(const std::string& deadly) {
        for (;;) {
            const auto lines = s.take();
            all.insert(all.end(), lines.begin(), lines.end());
            const auto restores = static_cast<std::size_t>(std::count_if(
                lines.begin(),
                lines.end(),
                [](const std::string& line) { return line.starts_with("> set_watches"); }
            ));
            if (restores == 0) {
                return false;
            }
            for (const auto& line : lines) {
                if (line.starts_with("> set_watches") && line.find(deadly) != std::string::npos) {
                    s.closed();
                    return true;
                }
            }
            for (std::size_t i = 0; i < restores; ++i) {
                s.restored();
            }
        }
    }
    /// Number of connections lost until one lasts.
    int connections_lost_by_watch(const std::string& deadly) {
        s.closed();
        for (int lost = 0; lost < 100; ++lost) {
            s.reconnect();
            if (!closed_by_watch(deadly)) {
                return lost;
            }
        }
        return 100;
    }
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        std::copy_if(all.begin(), all.end(), std::back_inserter(lines), [](const auto& line) {
            return line.starts_with("watch ");
        });
        return lines;
    }

    SessionScript s;
    std::vector<std::string> all;
};

TEST_F(SessionRestoreTest, ARefusedFrameLosesAndReportsItsWatches) {
    watch("/d");
    lose_and_reconnect();
    s.take();
    s.restored(-5);
    EXPECT_THAT(s.take(), ElementsAre("watch WATCH_LOST /d -> w"));
    EXPECT_EQ(s.session().watches(), 0U);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("dropped")));
}

TEST_F(SessionRestoreTest, UnrelatedDropsLoseNoWatches) {
    for (int i = 0; i < 3; ++i) {
        watch("/" + std::to_string(i));
    }
    for (int i = 0; i < 4; ++i) {
        lose_and_reconnect();
        EXPECT_EQ(s.session().watches(), 3U);
    }
    s.serve();
    EXPECT_EQ(s.session().watches(), 3U);
    EXPECT_THAT(s.take(), Not(Contains(HasSubstr("watch "))));
}

// Some servers drop the connection over a request they reject: the watch responsible is found, and
// nothing else is affected.
TEST_F(SessionRestoreTest, OnlyTheWatchThatServersRejectIsLost) {
    for (int i = 0; i < 1000; ++i) {
        watch("/" + std::to_string(i));
    }
    watch("/deadly", "victim");
    const auto lost = connections_lost_by_watch("/deadly");
    EXPECT_GE(lost, 5);
    EXPECT_LE(lost, 12);
    EXPECT_THAT(told(), ElementsAre("watch WATCH_LOST /deadly -> victim"));
    EXPECT_EQ(s.session().watches(), 1000U);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.get("later");
    s.serve();
    EXPECT_THAT(s.take(), Contains("later ok"));
    s.notify(3, "/999");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /999 -> w"));
}

TEST_F(SessionRestoreTest, SeveralRejectedWatchesAreFoundOneAfterTheOther) {
    for (const auto* path : {"/a", "/deadly1", "/m", "/deadly2", "/z"}) {
        watch(path, path);
    }
    EXPECT_LE(connections_lost_by_watch("/deadly"), 20);
    EXPECT_THAT(
        told(),
        testing::UnorderedElementsAre(
            "watch WATCH_LOST /deadly1 -> /deadly1", "watch WATCH_LOST /deadly2 -> /deadly2"
        )
    );
    EXPECT_EQ(s.session().watches(), 3U);
}

TEST_F(SessionRestoreTest, NoRequestPrecedesWatchesRestoredOneByOne) {
    watch("/1");
    watch("/2");
    lose_and_reconnect();
    s.get("r1");
    s.take();
    s.closed();
    s.get("r2");
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 7 data[/1] exist[] child[]"));
    s.restored();
    EXPECT_THAT(s.take(), ElementsAre("> set_watches 7 data[/2] exist[] child[]"));
    s.restored();
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("> get_data")));
}

TEST_F(SessionRestoreTest, AfterASuccessWatchesAreRestoredTogether) {
    watch("/1");
    watch("/2");
    lose_and_reconnect();
    lose_and_reconnect();
    s.serve();
    s.take();
    lose_and_reconnect();
    EXPECT_THAT(s.take(), Contains("> set_watches 7 data[/1 /2] exist[] child[]"));
}

TEST_F(SessionRestoreTest, TheEndOfTheSessionFiresAllWatches) {
    watch("/1");
    lose_and_reconnect();
    s.closed();
    s.take();
    s.close();
    EXPECT_THAT(s.take(), Contains("watch NONE CLOSED -> w"));
}

}  // namespace
}  // namespace kazoo::session
