// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe_fixture.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::recipe_tests {

using enum TreeEventType;

/// What listeners and streams have received. Checks that events are in order, and that no node goes
/// back to an earlier version.
class TreeLog {
public:
    void add(const TreeEvent& event) {
        check(event);
        events_.add(event);
    }
    /// Returns the events as text: "+/r +/r/a ~/r/a -/r/a INITIALIZED".
    [[nodiscard]] std::string text(std::size_t from = 0) const {
        std::string text;
        const auto all = events_.all();
        for (auto i = from; i < all.size(); ++i) {
            constexpr const char* signs[] = {"+", "~", "-"};
            const auto type = static_cast<std::size_t>(all[i].type);
            text += text.empty() ? "" : " ";
            text += type < 3 ? signs[type] + all[i].path : to_string(all[i].type);
        }
        return text;
    }
    /// Waits until this is the text of all events.
    [[nodiscard]] bool becomes(const std::string& wanted) const {
        return wait_until([&] { return text() == wanted; }, patience);
    }
    [[nodiscard]] bool wait_for(TreeEventType type, std::size_t count = 1) const {
        return wait_until([&] { return number_of(type) >= count; }, patience);
    }
    [[nodiscard]] std::size_t number_of(TreeEventType type) const {
        const auto all = events_.all();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const auto& event) { return event.type == type; }
        ));
    }
    [[nodiscard]] std::vector<TreeEvent> all() const { return events_.all(); }
    [[nodiscard]] std::size_t size() const { return events_.size(); }

private:
    void check(const TreeEvent& event) {
        if (event.type == NODE_ADDED) {
            EXPECT_TRUE(nodes_.insert(event.path).second) << event.path;
        } else if (event.type == NODE_REMOVED) {
            EXPECT_EQ(nodes_.erase(event.path), 1) << event.path;
            const auto below = nodes_.lower_bound(event.path + "/");
            EXPECT_TRUE(below == nodes_.end() || !below->starts_with(event.path + "/"));
        } else if (event.type == NODE_UPDATED) {
            EXPECT_TRUE(nodes_.contains(event.path)) << event.path;
        }
        if (event.type == NODE_ADDED || event.type == NODE_UPDATED) {
            auto& newest = newest_[{event.path, event.node.stat.czxid}];
            EXPECT_GE(event.node.stat.mzxid, newest) << event.path << " went back";
            newest = event.node.stat.mzxid;
        }
    }

    Recorder<TreeEvent> events_;
    // Used by one call at a time:
    std::set<std::string> nodes_;
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> newest_;
};

/// A test of TreeCache. Listeners record in `log` and `faults`.
class TreeCacheTest : public RecipeTest {
protected:
    void record(TreeCache& cache) {
        cache.listen([log = log](const TreeEvent& event) { log->add(event); });
        cache.listen_fault([faults = faults](const Error& error) { faults->add(error); });
    }
    static TreeCacheOptions quickly() { return TreeCacheOptions().retry(quick()); }
    /// Creates nodes with their paths as data.
    void create(std::initializer_list<const char*> paths) {
        for (const auto* const path : paths) {
            other().create(path, std::string_view(path));
        }
    }
    /// Returns czxid and mzxid of all nodes on the server, by path.
    std::map<std::string, std::string> on_server(const std::string& root) {
        std::map<std::string, std::string> nodes;
        std::vector<std::string> left{root};
        while (!left.empty()) {
            const auto path = left.back();
            left.pop_back();
            if (const auto stat = other().exists(path)) {
                nodes[path] = describe(*stat);
                for (const auto& name : other().get_children(path)) {
                    left.push_back(join_path(path, name));
                }
            }
        }
        return nodes;
    }
    static std::map<std::string, std::string> in_cache(TreeCache& cache) {
        std::map<std::string, std::string> nodes;
        for (const auto& [path, node] : cache.snapshot().nodes) {
            nodes[path] = describe(node.stat);
        }
        return nodes;
    }
    /// Waits until the cache equals the tree of the server, which must not change meanwhile.
    bool converges(TreeCache& cache, const std::string& root = "/r") {
        const auto expected = on_server(root);
        const bool equal = wait_until([&] { return in_cache(cache) == expected; }, patience);
        if (!equal) {
            EXPECT_EQ(in_cache(cache), expected);
        }
        return equal;
    }
    /// Lets the client lose its connection; `meanwhile` runs before it can connect again.
    template <class Function>
    void interrupt(Function meanwhile) {
        const testing_support::StateLog states(zk());
        server.handshakes(testing::Handshake::refuse);
        server.drop_connection(zk().client_id()->session_id);
        ASSERT_TRUE(states.wait_for(KazooState::SUSPENDED));
        meanwhile();
        server.handshakes(testing::Handshake::normal);
        ASSERT_TRUE(states.wait_for(KazooState::CONNECTED));
    }

    std::shared_ptr<TreeLog> log = std::make_shared<TreeLog>();
    std::shared_ptr<Recorder<Error>> faults = std::make_shared<Recorder<Error>>();

private:
    static std::string describe(const ZnodeStat& stat) {
        return std::to_string(stat.czxid) + " " + std::to_string(stat.mzxid);
    }
};

}  // namespace kazoo::recipe_tests
