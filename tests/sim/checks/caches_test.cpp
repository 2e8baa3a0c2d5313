// SPDX-License-Identifier: Apache-2.0
// Tests of the check of caches, on faulty events.
#include "checks/caches.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CacheCheckTest : public testing::Test {
protected:
    CacheCheckTest() {
        create("/c");
        create("/c/a");
        view.who = "client0";
    }
    void create(const std::string& path) { sample.wrote(Write::Kind::create, path, "made"); }
    void set(const std::string& path) { sample.wrote(Write::Kind::set, path, "set"); }
    void remove(const std::string& path) { sample.wrote(Write::Kind::remove, path, ""); }
    /// Reports a node of the client as it was after the transaction `zxid`, by default the last.
    void report(TreeEventType type, const std::string& path, std::int64_t zxid = 0) {
        const auto& state = sample.chronicle.of(
            path == "/" ? "/c" : "/c" + path, zxid == 0 ? sample.chronicle.zxid() : zxid
        );
        NodeData node;
        node.data = state.data;
        node.stat.czxid = state.czxid;
        node.stat.mzxid = state.mzxid;
        node.stat.version = state.version;
        check.on_event(view, TreeEvent(type, path, node));
    }
    void add(const std::string& path) { report(TreeEventType::NODE_ADDED, path); }

    SampleHistory sample;
    CacheCheck check{sample.verdict, sample.chronicle, "/c"};
    CacheView view;
};

TEST_F(CacheCheckTest, AcceptsWhatHasHappened) {
    add("/");
    add("/a");
    set("/c/a");
    report(TreeEventType::NODE_UPDATED, "/a");
    check.check_contents(view, view.nodes);
    remove("/c/a");
    report(TreeEventType::NODE_REMOVED, "/a", sample.chronicle.zxid() - 1);
    create("/c/a");
    add("/a");
    check.check_contents(view, view.nodes);
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST_F(CacheCheckTest, ReportsAChildBeforeItsParent) {
    add("/a");
    EXPECT_THAT(sample.fault(), HasSubstr("before its parent"));
}

TEST_F(CacheCheckTest, ReportsARemovalBeforeThatOfAChild) {
    add("/");
    add("/a");
    report(TreeEventType::NODE_REMOVED, "/");
    EXPECT_THAT(sample.fault(), HasSubstr("was removed before /a"));
}

TEST_F(CacheCheckTest, ReportsANodeThatGoesBack) {
    const auto before = sample.chronicle.zxid();
    set("/c/a");
    add("/");
    add("/a");
    report(TreeEventType::NODE_UPDATED, "/a", before);
    EXPECT_THAT(sample.fault(), HasSubstr("/a was updated to"));
}

TEST_F(CacheCheckTest, ReportsAnOlderNodeAddedAgainUnlessTheSessionHasEnded) {
    const auto before = sample.chronicle.zxid();
    set("/c/a");
    add("/");
    add("/a");
    report(TreeEventType::NODE_REMOVED, "/a");
    check.on_event(view, TreeEvent(TreeEventType::CONNECTION_LOST));
    report(TreeEventType::NODE_ADDED, "/a", before);
    EXPECT_THAT(sample.fault(), IsEmpty());
    report(TreeEventType::NODE_UPDATED, "/a");
    report(TreeEventType::NODE_REMOVED, "/a");
    report(TreeEventType::NODE_ADDED, "/a", before);
    EXPECT_THAT(sample.fault(), HasSubstr("/a was added with"));
}

TEST_F(CacheCheckTest, ReportsDataThatANodeNeverHad) {
    TreeEvent event(TreeEventType::NODE_ADDED);
    event.path = "/";
    event.node.data = "other";
    event.node.stat.czxid = event.node.stat.mzxid = sample.chronicle.of("/c").back().czxid;
    check.on_event(view, event);
    EXPECT_THAT(sample.fault(), HasSubstr("never was as the cache says"));
}

TEST_F(CacheCheckTest, ReportsWhatIsMissingAndWhatIsGone) {
    add("/");
    check.check_contents(view, view.nodes);
    EXPECT_THAT(sample.fault(), HasSubstr("/a exists, and the cache does not contain it"));
    add("/a");
    remove("/c/a");
    check.check_contents(view, view.nodes);
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("/a does not exist"));
}

TEST_F(CacheCheckTest, ReportsAReadThatGoesBackAndAnEventAfterTheEnd) {
    add("/");
    add("/a");
    NodeData older;
    older.stat.czxid = 1;
    check.on_read(view, "/a", older);
    EXPECT_THAT(sample.fault(), HasSubstr("was read with"));
    view.closed = true;
    check.on_event(view, TreeEvent(TreeEventType::INITIALIZED));
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("after the cache was closed"));
}

}  // namespace
}  // namespace kazoo::sim
