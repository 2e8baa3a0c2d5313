// SPDX-License-Identifier: Apache-2.0
#include "cache_check.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::chaos {
namespace {

using history::SampleHistory;
using history::Write;
using testing::HasSubstr;
using testing::IsEmpty;
using enum TreeEventType;

/// A cache of /r, whose record is correct until a test changes it.
class CacheCheckTest : public testing::Test {
protected:
    CacheCheckTest() {
        record.who = "the cache";
        record.root = "/r";
        wrote(Write::Kind::create, "/r", "");
        add(NODE_ADDED, "/r");
        wrote(Write::Kind::create, "/r/a", "1");
        add(NODE_ADDED, "/r/a");
        event(INITIALIZED);
        wrote(Write::Kind::set, "/r/a", "2");
        add(NODE_UPDATED, "/r/a");
        wrote(Write::Kind::create, "/other", "");
    }
    void wrote(Write::Kind kind, const std::string& path, const std::string& data) {
        sample.wrote(kind, path, data);
    }
    void event(TreeEventType type) { record.events.emplace_back(type); }
    /// An event with the present state of the node.
    void add(TreeEventType type, const std::string& path) {
        const auto& now = sample.chronicle.of(path).back();
        NodeData node;
        node.data = now.data;
        node.stat.czxid = now.czxid;
        node.stat.mzxid = now.mzxid;
        node.stat.version = now.version;
        record.events.emplace_back(type, path, node);
    }
    void remove(const std::string& path) {
        wrote(Write::Kind::remove, path, "");
        add(NODE_REMOVED, path);
    }
    std::string fault() {
        if (record.copy.empty()) record.copy = replay(record.events);
        check_cache(record, sample.chronicle, sample.verdict);
        return sample.fault();
    }

    SampleHistory sample;
    CacheRecord record;
};

TEST_F(CacheCheckTest, ACorrectCache) {
    event(CONNECTION_SUSPENDED);
    remove("/r/a");
    wrote(Write::Kind::create, "/r/a", "3");
    add(NODE_ADDED, "/r/a");
    event(CONNECTION_RECONNECTED);
    event(RESYNCED);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(CacheCheckTest, ANodeThatGoesBack) {
    auto earlier = record.events[1];
    earlier.type = NODE_UPDATED;
    record.events.push_back(earlier);
    EXPECT_THAT(fault(), HasSubstr("the cache: /r/a goes back to czxid 2, mzxid 2"));
}

TEST_F(CacheCheckTest, ARemovedNodeThatComesBack) {
    const auto last = record.events.back();
    remove("/r/a");
    record.events.push_back(last);
    EXPECT_THAT(fault(), HasSubstr("/r/a goes back to czxid 2"));
}

TEST_F(CacheCheckTest, ANodeThatWasNeverLikeThat) {
    record.events.back().node.data = "7";
    EXPECT_THAT(fault(), HasSubstr("/r/a was reported with mzxid 3, and was never like that"));
}

TEST_F(CacheCheckTest, ANodeThatWasNotRemoved) {
    add(NODE_REMOVED, "/r/a");
    EXPECT_THAT(fault(), HasSubstr("/r/a was reported as removed, and exists"));
}

TEST_F(CacheCheckTest, ALossWithoutAComparison) {
    event(CONNECTION_SUSPENDED);
    event(RESYNCED);
    event(CONNECTION_LOST);
    event(CONNECTION_RECONNECTED);
    EXPECT_THAT(fault(), HasSubstr("no RESYNCED has followed the last loss"));
}

TEST_F(CacheCheckTest, AChangeThatIsMissing) {
    wrote(Write::Kind::set, "/r/a", "3");
    EXPECT_THAT(fault(), HasSubstr("/r/a: the copy differs from the servers' tree"));
}

TEST_F(CacheCheckTest, AnEventThatIsMissing) {
    record.copy = replay(record.events);
    record.events.pop_back();
    EXPECT_THAT(fault(), HasSubstr("/r/a: the copy that follows from the events differs"));
}

TEST_F(CacheCheckTest, AFaultOfTheCache) {
    record.faults.emplace_back("it has ended");
    EXPECT_THAT(fault(), HasSubstr("the cache: it has ended"));
}

}  // namespace
}  // namespace kazoo::chaos
