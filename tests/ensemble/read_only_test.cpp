// SPDX-License-Identifier: Apache-2.0
// Clients of the last member of an ensemble that has lost its quorum, and their return to writable
// servers.
#include "loaded_ensemble.hpp"
#include "support/recorder.hpp"
#include "support/wait_until.hpp"

#include <kazoo/exceptions.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

namespace kazoo::ensemble_tests {
namespace {

using testing_support::Recorder;
using testing_support::wait_until;

/// A client that may use a read-only server. Records its states.
class PatientClient {
public:
    explicit PatientClient(const std::string& hosts)
        : zk_(options_for(hosts).read_only(true).randomize_hosts(false)) {
        zk_.add_listener([this](const StateChange& change) { changes_.add(change); });
        zk_.start(patience);
    }

    KazooClient* operator->() { return &zk_; }
    [[nodiscard]] std::int64_t session() const { return zk_.client_id().value().session_id; }
    [[nodiscard]] bool wait_for(KeeperState state) {
        return wait_until([&] { return zk_.client_state() == state; }, patience);
    }
    /// Waits until that is the last state that was reported.
    [[nodiscard]] bool wait_for(const StateChange& last) {
        return wait_until([&] { return !changes().empty() && changes().back() == last; }, patience);
    }
    [[nodiscard]] std::vector<StateChange> changes() const { return changes_.all(); }

private:
    Recorder<StateChange> changes_;
    KazooClient zk_;  // last: its destructor waits for the listener
};

/// Returns whether a server that accepts connections has refused the session.
bool was_refused(const std::string& dump) {
    return dump.find("the server closed the connection instead of answering") != std::string::npos;
}

Error refusal(const std::function<void()>& write) {
    try {
        write();
    } catch (const NotReadOnlyCallError& error) {
        return error.error();
    }
    ADD_FAILURE() << "a read-only server has accepted a write";
    return {};
}

class ReadOnlyMember : public ::testing::Test {
protected:
    void start(const std::vector<std::string>& settings = {}) {
        servers.start(settings);
        last = servers.wait_follower();
    }
    /// Kills all members but `last`, and waits until that one serves reads.
    void leave_one() {
        for (std::size_t i = 0; i < ApacheEnsemble::size; ++i) {
            if (i != last) servers[i].kill9();
        }
        servers.wait_mode(last, "read-only");
    }
    void return_others() {
        for (std::size_t i = 0; i < ApacheEnsemble::size; ++i) servers[i].start();
        servers.wait_leader();
    }
    static void refuses_writes(KazooClient& zk) {
        const auto set = refusal([&] { zk.set("/known", "refused"); });
        EXPECT_EQ(set.outcome(), Outcome::not_applied);
        EXPECT_EQ(set.path(), "/known");
        refusal([&] { zk.create("/refused"); });
        refusal([&] { zk.delete_("/known"); });
        refusal([&] { zk.transaction().create("/refused").set_data("/known", "refused").commit(); }
        );
    }

    ApacheEnsemble servers;
    std::size_t last = 0;
};

/// Since 3.6 a read-only server refuses sessions that belong to the whole ensemble: it closes the
/// connection in the handshake.
TEST_F(ReadOnlyMember, ASessionOfTheEnsembleWaitsForWritableServers) {
    start();
    Recorder<EventType> events;
    PatientClient zk(servers.hosts(last));
    const auto session = zk.session();
    zk->create("/known", "data");
    zk->create("/own", "", CreateOptions().ephemeral());
    const auto handle = zk->add_watch(
        "/known", WatchMode::persistent_recursive, Watcher([&](const WatchedEvent& event) {
            events.add(event.type);
        })
    );

    leave_one();
    ASSERT_TRUE(wait_until([&] { return was_refused(zk->dump()); }, patience)) << zk->dump();
    EXPECT_EQ(zk->state(), KazooState::SUSPENDED);
    const auto read = zk->get_async("/known");
    const auto write = zk->set_async("/known", "again");

    return_others();
    ASSERT_TRUE(zk.wait_for({KazooState::CONNECTED, KeeperState::CONNECTED, session, false}))
        << zk->dump();
    EXPECT_EQ(read.get(patience).data, "data") << "it has waited";
    EXPECT_EQ(write.get(patience).version, 1);
    EXPECT_EQ(zk->exists("/own").value().ephemeral_owner, session);
    for (const auto& change : zk.changes()) {
        EXPECT_NE(change.state, KazooState::LOST);
        EXPECT_EQ(change.session_id, session);
    }
    ASSERT_TRUE(wait_until(
        [&] { return events.size() > 0 && events.all().back() == EventType::CHANGED; }, patience
    ));
    auto gaps = events.all();
    gaps.pop_back();
    EXPECT_GE(gaps.size(), 1U) << "one after each reconnect";
    EXPECT_THAT(gaps, ::testing::Each(EventType::GAP));
}

/// Read-only servers create sessions only if these may be local to one server.
TEST_F(ReadOnlyMember, ALocalSessionIsReplacedByOneOfAWritableServer) {
    start({"localSessionsEnabled=true", "localSessionsUpgradingEnabled=true"});
    {
        KazooClient writer(options_for(servers.hosts(last)).randomize_hosts(false));
        writer.start(patience);
        writer.create("/known", "data");
    }
    leave_one();
    Recorder<EventType> events;
    KazooClient strict(options_for(servers.hosts()));
    strict.start_async();
    PatientClient zk(servers.hosts());
    const auto local = zk.session();
    EXPECT_EQ(zk->client_state(), KeeperState::CONNECTED_RO);
    EXPECT_TRUE(zk.wait_for({KazooState::CONNECTED, KeeperState::CONNECTED_RO, local, true}));
    EXPECT_EQ(zk->get("/known").data, "data");
    refuses_writes(*zk.operator->());
    EXPECT_FALSE(strict.connected()) << "connected without read_only";
    zk->get("/known", Watcher([&](const WatchedEvent& event) { events.add(event.type); }));

    return_others();
    ASSERT_TRUE(zk.wait_for(KeeperState::CONNECTED));
    const auto session = zk.session();
    EXPECT_NE(session, local);
    EXPECT_TRUE(zk.wait_for({KazooState::CONNECTED, KeeperState::CONNECTED, session, true}));
    EXPECT_EQ(zk->set("/known", "again").version, 1) << "the refused writes were not applied";
    EXPECT_EQ(zk->exists("/refused"), std::nullopt);
    EXPECT_TRUE(events.wait_for(1, patience)) << "the watch neither fired nor ended";
    EXPECT_TRUE(wait_until([&] { return strict.connected(); }, patience));
}

}  // namespace
}  // namespace kazoo::ensemble_tests
