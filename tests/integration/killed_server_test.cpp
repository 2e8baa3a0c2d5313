// SPDX-License-Identifier: Apache-2.0
// A server that is killed at a random point and restarted with the same data.
#include "support/fault_fixture.hpp"
#include "support/proxy.hpp"
#include "support/zookeeper_server.hpp"

#include <algorithm>
#include <atomic>
#include <semaphore>

namespace kazoo::testing_support {
namespace {

class KilledServer : public FaultTest {
protected:
    static void SetUpTestSuite() { server().start(); }
    void SetUp() override {
        if (!server().running()) server().start();
        FaultTest::SetUp();
        root_ = unique_chroot();
    }

    /// Private to this suite, because it is killed.
    static ApacheServer& server() {
        static ApacheServer one;
        return one;
    }
    /// A path private to this test.
    std::string at(const std::string& name) const { return root_ + "/" + name; }

    std::string root_;
};

/// A thread that keeps several operations open on a client until it is stopped.
class Load {
public:
    Load(KazooClient& client, std::string path, Tally reads, Tally writes)
        : client_(client), path_(std::move(path)), reads_(reads), writes_(writes) {
        thread_ = std::thread([this] { run(); });
    }
    ~Load() { end(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void end() {
        ending_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    static constexpr int under_way = 32;

    template <class T>
    void issue(Tally& tally, AsyncResult<T> result) {
        tally.add(result);
        result.rawlink([room = room_](const AsyncResult<T>&) { room->release(); });
    }

    void run() {
        for (int i = 0; !ending_; ++i) {
            if (!room_->try_acquire_for(50ms)) continue;
            if (i % 2 == 0) {
                issue(writes_, client_.set_async(path_, std::to_string(i)));
            } else {
                issue(reads_, client_.get_async(path_));
            }
        }
    }

    KazooClient& client_;
    std::string path_;
    Tally reads_;
    Tally writes_;
    std::atomic<bool> ending_{false};
    std::shared_ptr<std::counting_semaphore<>> room_ =
        std::make_shared<std::counting_semaphore<>>(under_way);
    std::thread thread_;
};

TEST_P(KilledServer, EveryOperationUnderLoadCompletesOnce) {
    KazooClient zk(options_for(server().hosts()));
    StateLog states(zk);
    zk.start(patience);
    Tally reads;
    std::vector<Tally> writes(4);
    std::vector<std::unique_ptr<Load>> loads;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const auto path = at(std::to_string(i));
        zk.create(path, "", CreateOptions().makepath());
        loads.push_back(std::make_unique<Load>(zk, path, reads, writes[i]));
    }
    const auto some_more = [&] {
        const auto before = reads.endings()["ok"];
        return wait_until([&] { return reads.endings()["ok"] > before + 200; }, patience);
    };
    ASSERT_TRUE(some_more());
    server().kill9();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    server().restart();
    ASSERT_TRUE(states.wait_for(CONNECTED));
    ASSERT_TRUE(some_more());
    for (auto& load : loads) load->end();

    ASSERT_TRUE(reads.wait_complete());
    for (std::size_t i = 0; i < writes.size(); ++i) {
        ASSERT_TRUE(writes[i].wait_complete());
        auto endings = writes[i].endings();
        const auto in_doubt = endings["connection_loss, unknown"];
        const auto version = static_cast<std::size_t>(zk.exists(at(std::to_string(i)))->version);
        EXPECT_GE(version, endings["ok"]);
        EXPECT_LE(version, endings["ok"] + in_doubt);
        EXPECT_EQ(
            writes[i].issued(), endings["ok"] + in_doubt + endings["connection_loss, not sent"]
        );
    }
    auto endings = reads.endings();
    EXPECT_EQ(
        reads.issued(),
        endings["ok"] + endings["connection_loss, not applied"] +
            endings["connection_loss, not sent"]
    );
    zk.stop();
    EXPECT_TRUE(reads.each_exactly_once());
    for (const auto& tally : writes) EXPECT_TRUE(tally.each_exactly_once());
}

TEST_P(KilledServer, OperationsIssuedWhileSuspendedSucceedInOrder) {
    KazooClient zk(options_for(server().hosts()));
    StateLog states(zk);
    zk.start(patience);
    const auto session = zk.client_id();
    zk.create(at("node"), "", CreateOptions().makepath());
    server().kill9();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    Tally tally;
    std::vector<AsyncResult<NodeData>> reads;
    for (int i = 0; i < 300; ++i) {
        tally.add(zk.set_async(at("node"), std::to_string(i)));
        reads.push_back(zk.get_async(at("node")));
        tally.add(reads.back());
    }
    tally.add(zk.create_async(at("a/b/c"), "", CreateOptions().makepath()));
    tally.add(zk.get_children_async(root_));
    EXPECT_EQ(tally.completed(), 0U);
    server().restart();
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"ok", tally.issued()}}));
    for (std::size_t i = 0; i < reads.size(); ++i) {
        EXPECT_EQ(reads[i].get().data, std::to_string(i));
    }
    EXPECT_EQ(zk.client_id(), session);
    zk.stop();
    EXPECT_TRUE(tally.each_exactly_once());
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED, LOST}));
}

TEST_P(KilledServer, WatchesFireForChangesWhileDisconnected) {
    Proxy network(server().port());
    KazooClient zk(options_for(network.hosts()));
    StateLog states(zk);
    zk.start(patience);
    for (const auto* name : {"changed", "deleted", "parent/old", "untouched", "late"}) {
        zk.create(at(name), "", CreateOptions().makepath());
    }
    auto& log = record<std::string>();  // lines "<name> <type> <path>"
    const auto watcher = [&](const std::string& name) -> Watcher {
        return [&log, name](const WatchedEvent& event) {
            log.add(name + " " + to_string(event.type) + " " + event.path.value_or("-"));
        };
    };
    const auto sorted = [&] {
        auto lines = log.all();
        std::sort(lines.begin(), lines.end());
        return lines;
    };
    zk.get(at("changed"), watcher("get"));
    zk.exists(at("changed"), watcher("exists"));
    zk.exists(at("created"), watcher("exists"));
    zk.get(at("deleted"), watcher("get"));
    zk.get_children(at("deleted"), watcher("children"));
    zk.get_children(at("parent"), watcher("children"));
    zk.get(at("untouched"), watcher("get"));
    zk.exists(at("late"), watcher("exists"));

    network.cut();
    server().kill9();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    server().restart();
    StartedClient other(options_for(server().hosts()));
    other.set(at("changed"), "new");
    other.set(at("changed"), "newer");
    other.create(at("created"));
    other.delete_(at("deleted"));
    other.create(at("parent/new"));
    EXPECT_EQ(log.size(), 0U);
    network.restore();
    ASSERT_TRUE(log.wait_for(6));
    EXPECT_EQ(
        sorted(),
        (std::vector<std::string>{
            "children CHILD " + at("parent"),
            "children DELETED " + at("deleted"),
            "exists CHANGED " + at("changed"),
            "exists CREATED " + at("created"),
            "get CHANGED " + at("changed"),
            "get DELETED " + at("deleted")})
    );
    // Watches that did not fire are armed again; those that fired are gone.
    other.set(at("changed"), "newest");
    other.set(at("created"), "changed");
    other.delete_(at("late"));
    ASSERT_TRUE(log.wait_for(7));
    zk.sync(at("late"));
    EXPECT_EQ(log.size(), 7U);
    EXPECT_EQ(sorted()[4], "exists DELETED " + at("late"));
    zk.stop();
    ASSERT_TRUE(log.wait_for(8));
    EXPECT_EQ(sorted()[7], "get NONE -");
}

TEST_P(KilledServer, OutcomeShowsWhetherAWriteMayHaveBeenApplied) {
    Proxy network(server().port());
    KazooClient zk(options_for(network.hosts()));
    StateLog states(zk);
    zk.start(patience);
    KazooClient other(options_for(server().hosts()));
    StateLog other_states(other);
    other.start(patience);
    zk.create(at("node"), "old", CreateOptions().makepath());

    network.freeze_replies();
    auto write = zk.set_async(at("node"), "new");
    auto read = zk.get_async(at("node"));
    auto create = zk.create_async(at("child"));
    ASSERT_TRUE(wait_until([&] { return other.exists(at("child")).has_value(); }, patience));
    network.freeze();
    auto unseen = zk.set_async(at("node"), "never");
    server().kill9();
    network.cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    EXPECT_EQ(thrown<ConnectionLoss>([&] { write.get(patience); }).outcome(), Outcome::unknown);
    EXPECT_EQ(thrown<ConnectionLoss>([&] { create.get(patience); }).outcome(), Outcome::unknown);
    EXPECT_EQ(thrown<ConnectionLoss>([&] { unseen.get(patience); }).outcome(), Outcome::unknown);
    const auto lost_read = thrown<ConnectionLoss>([&] { read.get(patience); });
    EXPECT_EQ(lost_read.outcome(), Outcome::not_applied);
    EXPECT_EQ(lost_read.path(), at("node"));
    EXPECT_STREQ(lost_read.operation(), "get");

    server().restart();
    network.restore();
    EXPECT_EQ(zk.get(at("node")).data, "new");
    ASSERT_TRUE(other_states.wait_for(CONNECTED));
}

KAZOO_ON_OWN_HANDLERS(KilledServer);

}  // namespace
}  // namespace kazoo::testing_support
