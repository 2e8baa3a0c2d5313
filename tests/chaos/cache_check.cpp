// SPDX-License-Identifier: Apache-2.0
#include "cache_check.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace kazoo::chaos {
namespace {

using history::Chronicle;
using history::Verdict;
using enum TreeEventType;

bool is_of_node(TreeEventType type) {
    return type == NODE_ADDED || type == NODE_UPDATED || type == NODE_REMOVED;
}

/// The events of one cache.
class CacheChecker {
public:
    CacheChecker(const CacheRecord& record, const Chronicle& chronicle, Verdict& verdict)
        : record_(record), chronicle_(chronicle), verdict_(verdict) {}

    void run() {
        for (const auto& fault : record_.faults) fail(fault);
        for (const auto& event : record_.events) {
            if (is_of_node(event.type)) check_event(event);
        }
        if (lacks_comparison(record_.events)) {
            fail("no RESYNCED has followed the last loss of the connection");
        }
        check_copy("the copy", record_.copy);
        check_copy("the copy that follows from the events", replay(record_.events));
    }

private:
    void fail(const std::string& what) { verdict_.fail(record_.who + ": " + what); }

    void check_event(const TreeEvent& event) {
        const auto& stat = event.node.stat;
        if (event.type == NODE_REMOVED) {
            const auto& last = chronicle_.of(event.path).back();
            if (last.exists && last.czxid == stat.czxid) {
                fail(event.path + " was reported as removed, and exists");
            }
            last_[event.path] = {stat.czxid + 1, 0};  // the same node must not come back
            return;
        }
        const auto& node = chronicle_.of(event.path, stat.mzxid);
        const bool existed = node.exists && node.czxid == stat.czxid && node.mzxid == stat.mzxid &&
                             node.version == stat.version && node.data == event.node.data;
        if (!existed) {
            fail(
                event.path + " was reported with mzxid " + std::to_string(stat.mzxid) +
                ", and was never like that"
            );
        }
        auto& last = last_[event.path];
        const std::pair state(stat.czxid, stat.mzxid);
        if (state < last) {
            fail(
                event.path + " goes back to czxid " + std::to_string(stat.czxid) + ", mzxid " +
                std::to_string(stat.mzxid)
            );
        }
        last = state;
    }

    void check_copy(const std::string& what, const std::map<std::string, NodeData>& copy) {
        std::set<std::string> paths;
        for (const auto& [path, node] : copy) paths.insert(path);
        for (const auto& write : chronicle_.writes()) {
            if (write.path == record_.root || write.path.starts_with(record_.root + "/")) {
                paths.insert(write.path);
            }
        }
        for (const auto& path : paths) {
            const auto& node = chronicle_.of(path).back();
            const auto copied = copy.find(path);
            const bool is_copied = copied != copy.end();
            const bool equal = is_copied == node.exists &&
                               (!is_copied || (copied->second.stat.czxid == node.czxid &&
                                               copied->second.stat.mzxid == node.mzxid &&
                                               copied->second.data == node.data));
            if (!equal) fail(path + ": " + what + " differs from the servers' tree in the end");
        }
    }

    const CacheRecord& record_;
    const Chronicle& chronicle_;
    Verdict& verdict_;
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> last_;  // czxid, mzxid
};

}  // namespace

std::map<std::string, NodeData> replay(const std::vector<TreeEvent>& events) {
    std::map<std::string, NodeData> copy;
    for (const auto& event : events) {
        if (event.type == NODE_REMOVED) copy.erase(event.path);
        if (event.type == NODE_ADDED || event.type == NODE_UPDATED) copy[event.path] = event.node;
    }
    return copy;
}

bool lacks_comparison(const std::vector<TreeEvent>& events) {
    bool lacks = false;
    for (const auto& event : events) {
        if (event.type == CONNECTION_SUSPENDED || event.type == CONNECTION_LOST) lacks = true;
        if (event.type == RESYNCED || event.type == INITIALIZED) lacks = false;
    }
    return lacks;
}

bool is_same_version(const NodeData& one, const NodeData& other) {
    return one.stat.czxid == other.stat.czxid && one.stat.mzxid == other.stat.mzxid &&
           one.data == other.data;
}

void check_cache(const CacheRecord& record, const Chronicle& chronicle, Verdict& verdict) {
    CacheChecker(record, chronicle, verdict).run();
}

}  // namespace kazoo::chaos
