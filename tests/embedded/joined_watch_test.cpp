// SPDX-License-Identifier: Apache-2.0
// Handles that join a watch of the client while a server registers it again.
#include "embedded_fixture.hpp"
#include "support/fake_server.hpp"
#include "support/recorder.hpp"

#include <future>
#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing_support::FakeConnection;
using testing_support::FakeServer;
using testing_support::Recorder;

Watcher noting(Recorder<std::string>& lines) {
    return Watcher([&lines](const WatchedEvent& event) {
        lines.add(std::string(to_string(event.type)) + " " + event.path.value_or("-"));
    });
}

// What changes before the server has the watch again is not reported by an event.
TEST(JoinedWatch, ReportsAGapWhileTheServerHasNotRegisteredTheWatchAgain) {
    std::promise<void> joined;
    FakeServer server([&](FakeConnection& connection, int number) {
        connection.welcome();
        const auto request = connection.next_operation();
        if (number == 0) {
            EXPECT_EQ(request.op, codec::Opcode::add_watch);
            connection.reply(request);
            return;  // closes the connection
        }
        EXPECT_EQ(request.op, codec::Opcode::set_watches2);
        joined.get_future().wait();
        connection.reply(request);
        connection.serve_all();
    });
    Recorder<std::string> early;
    Recorder<std::string> late;
    StartedClient zk(server.hosts());
    const auto first = zk.add_watch("/a", WatchMode::persistent, noting(early));
    ASSERT_TRUE(early.wait_for(1));
    const auto second = zk.add_watch("/a", WatchMode::persistent, noting(late));
    joined.set_value();
    ASSERT_TRUE(late.wait_for(1));
    EXPECT_EQ(zk.get("/a").data, "good");
    const auto third = zk.add_watch("/a", WatchMode::persistent, noting(late));
    zk.stop();
    EXPECT_EQ(early.all(), (std::vector<std::string>{"GAP /a", "GAP /a", "NONE -"}));
    EXPECT_EQ(late.all(), (std::vector<std::string>{"GAP /a", "NONE -", "NONE -"}))
        << "no gap for the third, which joined when the watch was set";
}

}  // namespace
}  // namespace kazoo::embedded_tests
