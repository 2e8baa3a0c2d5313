// SPDX-License-Identifier: Apache-2.0
// A client connected to a read-only server, and its move to a writable one.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <optional>

namespace kazoo::testing_support {
namespace {

void serve_reads_only(FakeConnection& connection, int) {
    connection.read_hello();
    auto response = FakeConnection::answer(connection.new_session(), 10'000);
    response.read_only = true;
    response.has_read_only = true;
    connection.send(frame(response));
    connection.serve_all();
}

/// Answers `isro` (whose bytes are no valid frame length) with `answer`; serves everything else.
FakeServer::Script probed(std::string answer) {
    return [answer = std::move(answer)](FakeConnection& connection, int) {
        std::optional<FakeConnection::Hello> hello;
        try {
            hello = connection.read_hello();
        } catch (const FakeConnection::Over&) {
            return connection.send(answer);
        }
        connection.send(frame(FakeConnection::answer(connection.new_session(), 10'000)));
        connection.serve_all();
    };
}

class ReadOnly : public FaultTest {
protected:
    ClientOptions of(const FakeServer& reads, const std::string& others) {
        return options_for(reads.hosts() + "," + others).randomize_hosts(false).read_only(true);
    }
};

TEST_P(ReadOnly, TheClientMovesToAWritableServer) {
    FakeServer reads(serve_reads_only);
    FakeServer writes(probed("rw"));
    KazooClient zk(of(reads, writes.hosts()));
    StateLog states(zk);
    zk.start(patience);
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
    EXPECT_EQ(zk.client_state(), KeeperState::CONNECTED);
    EXPECT_NO_THROW(zk.set("/a", "b"));
    EXPECT_EQ(reads.connections(), 1);
    EXPECT_EQ(writes.connections(), 2) << "the question, and the session";
}

TEST_P(ReadOnly, TheClientStaysIfNoServerIsWritable) {
    FakeServer reads(serve_reads_only);
    FakeServer same(probed("ro"));
    KazooClient zk(of(reads, same.hosts()));
    StateLog states(zk);
    zk.start(patience);
    ASSERT_TRUE(wait_until([&] { return same.connections() >= 2; }, patience));
    EXPECT_EQ(zk.client_state(), KeeperState::CONNECTED_RO);
    EXPECT_EQ(zk.get("/a").data, "good");
    EXPECT_EQ(states.states(), std::vector{CONNECTED});
    EXPECT_EQ(reads.connections(), 1);
}

TEST_P(ReadOnly, ASilentProbeDoesNotDelayAStop) {
    FakeServer reads(serve_reads_only);
    FakeServer silent([](FakeConnection& connection, int) { connection.stay_silent(); });
    std::optional<StartedClient> zk(of(reads, silent.hosts()));
    ASSERT_TRUE(wait_until([&] { return silent.connections() > 0; }, patience));
    EXPECT_EQ(zk->get("/a").data, "good");
    end_at_once(zk);
}

KAZOO_ON_OWN_HANDLERS(ReadOnly);

}  // namespace
}  // namespace kazoo::testing_support
