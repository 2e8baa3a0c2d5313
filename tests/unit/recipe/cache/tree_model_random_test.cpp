// SPDX-License-Identifier: Apache-2.0
// A TreeModel against a map: random changes, reads, losses and delays. Whatever happens, the copy
// becomes equal to the map, and so does the copy of a reader who applies the events.
#include "fake_tree.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

/// What a reader makes of the events. Checks their order.
class Replica {
public:
    explicit Replica(TreeModel& model) : model_(model) { model_.add_queue(queue_, false); }
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;
    ~Replica() { model_.remove_queue(queue_); }

    void take_one() {
        const auto change = queue_.front();
        if (!change) return;
        if (change->kind != ChangeQueue::Kind::note) {
            take(change->kind, model_.store().path(change->node), model_.node(change->node));
        }
        model_.pop(queue_);
    }
    void take_all() {
        while (!queue_.empty()) take_one();
    }
    [[nodiscard]] const std::map<std::string, NodeData>& nodes() const { return nodes_; }

private:
    void take(ChangeQueue::Kind kind, const std::string& path, const NodeData& node) {
        const auto known = nodes_.find(path);
        if (kind == ChangeQueue::Kind::removed) {
            ASSERT_NE(known, nodes_.end()) << path;
            const auto next = std::next(known);
            ASSERT_TRUE(next == nodes_.end() || !next->first.starts_with(path + "/")) << path;
            nodes_.erase(known);
            return;
        }
        if (kind == ChangeQueue::Kind::added) {
            ASSERT_EQ(known, nodes_.end()) << path;
            const auto parent = std::string(parent_path(path));
            ASSERT_TRUE(path == "/r" || nodes_.contains(parent)) << path;
        } else {
            ASSERT_NE(known, nodes_.end()) << path;
            ASSERT_EQ(known->second.stat.czxid, node.stat.czxid) << path;
        }
        auto& newest = newest_[{path, node.stat.czxid}];
        ASSERT_GE(node.stat.mzxid, newest) << path << " went back";
        newest = node.stat.mzxid;
        nodes_[path] = node;
    }

    TreeModel& model_;
    ChangeQueue queue_;
    std::map<std::string, NodeData> nodes_;
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> newest_;
};

/// What may go wrong in a run.
struct Disturbances {
    bool zxids = true;
    bool by_node = false;
    bool losses = false;    // of the connection or, by_node, of the session
    bool singly = false;    // a batch is not read at one moment
    bool overload = false;  // events that wait are replaced by a gap
};

/// One run: a server, the wire, the lane of events, and the model.
class Run {
public:
    Run(std::uint32_t seed, const Disturbances& what)
        : what_(what), random_(seed), model_("/r", any_size()), replica_(model_) {
        tree_.with_zxids = what.zxids;
        tree_.by_node = what.by_node;
    }

    void go(int steps) {
        for (int i = 0; i < 30; ++i) change();
        tree_.events.clear();
        set_watch();
        for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) step();
        while (!idle()) {
            issue();
            execute();
            arrive();
            deliver();
        }
        replica_.take_all();
    }
    void check() {
        std::map<std::string, std::string> expected;
        for (const auto& [path, node] : tree_.nodes()) {
            if (path == "/r" || path.starts_with("/r/")) expected[path] = describe(node.stat);
        }
        std::map<std::string, std::string> copy;
        for (auto slot = model_.first(); slot != no_slot; slot = model_.following(slot)) {
            const auto node = model_.node(slot);
            const auto path = model_.store().path(slot);
            copy[path] = describe(node.stat);
            EXPECT_EQ(model_.find(path), slot);
            EXPECT_EQ(node.data, tree_.nodes().at(path).data) << path;
        }
        EXPECT_EQ(copy, expected);
        std::map<std::string, std::string> seen;
        for (const auto& [path, node] : replica_.nodes()) seen[path] = describe(node.stat);
        EXPECT_EQ(seen, expected);
        EXPECT_EQ(model_.size(), copy.size());
        EXPECT_TRUE(model_.synchronised());
        EXPECT_LE(model_.store().used(), copy.size() + 1) << "slots are lost";
    }

private:
    struct Request {
        TreeBatch batch;
        std::vector<TreeReply> replies;  // of the first reads
    };
    struct Gap {};
    using Item = std::variant<WatchedEvent, Gap>;
    using OnTheWire = std::variant<WatchedEvent, Request>;

    static std::string describe(const ZnodeStat& stat) {
        return std::to_string(stat.czxid) + " " + std::to_string(stat.mzxid);
    }
    bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

    void step() {
        switch (random_() % 8) {
            case 0:
            case 1:
                change();
                return send_events();
            case 2:
                return issue();
            case 3:
                return execute();
            case 4:
                return arrive();
            case 5:
                return deliver();
            case 6:
                return replica_.take_one();
            default:
                if (what_.losses && chance(4)) lose();
                if (what_.overload && chance(4)) overload();
        }
    }
    std::string random_path() {
        std::string path = "/r";
        for (auto depth = random_() % 4; depth > 0; --depth) {
            path += "/" + std::string(1, static_cast<char>('a' + random_() % 3));
        }
        return path;
    }
    void change() {
        const auto path = random_path();
        switch (random_() % 4) {
            case 0:
                tree_.set(path, std::to_string(random_() % 1000));
                return;
            case 1:
                remove_tree(path);
                return;
            default:
                tree_.create(path, std::to_string(random_() % 1000));
        }
    }
    void remove_tree(const std::string& path) {
        std::vector<std::string> below;
        for (const auto& [other, node] : tree_.nodes()) {
            if (other == path || other.starts_with(path + "/")) below.push_back(other);
        }
        for (auto last = below.rbegin(); last != below.rend(); ++last) tree_.remove(*last);
    }
    void send_events() {
        for (auto& event : tree_.events) wire_.emplace_back(std::move(event));
        tree_.events.clear();
    }
    void set_watch() {
        model_.watch_set(what_.by_node ? Watching::by_node : Watching::recursively);
    }
    void issue() {
        if (sent_.size() >= 4) return;
        if (auto batch = model_.next_batch(); !batch.empty()) {
            sent_.push_back(Request{std::move(batch), {}});
        }
    }
    /// The server executes the next request, or one read of it.
    void execute() {
        if (sent_.empty()) return;
        auto& request = sent_.front();
        do {
            request.replies.push_back(tree_.read(request.batch[request.replies.size()]));
        } while (request.replies.size() < request.batch.size() && !what_.singly);
        if (request.replies.size() == request.batch.size()) {
            wire_.emplace_back(std::move(request));
            sent_.pop_front();
        }
    }
    void arrive() {
        if (wire_.empty()) return;
        auto item = std::move(wire_.front());
        wire_.pop_front();
        if (auto* const event = std::get_if<WatchedEvent>(&item)) {
            lane_.emplace_back(std::move(*event));
            return;
        }
        auto& request = std::get<Request>(item);
        for (std::size_t i = 0; i < request.batch.size(); ++i) {
            if (chance(3)) {
                model_.failed(request.batch[i], chance(20));
            } else {
                model_.apply(request.batch[i], request.replies[i]);
            }
        }
    }
    void deliver() {
        if (lane_.empty()) return;
        const auto item = std::move(lane_.front());
        lane_.pop_front();
        if (const auto* const event = std::get_if<WatchedEvent>(&item)) {
            model_.event(event->type, *event->path, event->zxid, true);
        } else if (what_.by_node) {
            set_watch();
        } else {
            model_.resync();
        }
    }
    /// The connection is lost: what is on the wire is lost with it, and reads are sent again.
    void lose() {
        std::deque<Request> again;
        for (auto& item : wire_) {
            if (auto* const request = std::get_if<Request>(&item)) {
                again.push_back(Request{std::move(request->batch), {}});
            }
        }
        for (auto& request : sent_) again.push_back(Request{std::move(request.batch), {}});
        wire_.clear();
        sent_ = std::move(again);
        tree_.data_watches.clear();
        tree_.child_watches.clear();
        for (auto changes = random_() % 10; changes > 0; --changes) change();
        tree_.events.clear();
        lane_.emplace_back(Gap());
    }
    void overload() {
        if (what_.by_node) return;
        lane_.clear();
        lane_.emplace_back(Gap());
    }
    bool idle() const {
        return !model_.has_work() && sent_.empty() && wire_.empty() && lane_.empty();
    }

    const Disturbances what_;
    std::mt19937 random_;
    FakeTree tree_;
    TreeModel model_;
    Replica replica_;
    std::deque<Request> sent_;    // and not executed
    std::deque<OnTheWire> wire_;  // from the server
    std::deque<Item> lane_;       // arrived events
};

void run_many(const Disturbances& what) {
    // Mostly short ones: later changes repair what was missed.
    for (std::uint32_t seed = 1; seed <= 1'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Run run(seed, what);
        run.go(static_cast<int>(20 + seed % 300));
        if (::testing::Test::HasFatalFailure()) return;
        run.check();
        if (::testing::Test::HasFailure()) return;
    }
}

TEST(TreeModelRandom, FollowsTheServer) {
    run_many({});
}

TEST(TreeModelRandom, FollowsAServerWithoutZxidsInEvents) {
    Disturbances what;
    what.zxids = false;
    run_many(what);
}

TEST(TreeModelRandom, ConvergesAfterLostConnections) {
    Disturbances what;
    what.losses = true;
    run_many(what);
    what.zxids = false;
    run_many(what);
}

TEST(TreeModelRandom, ConvergesAfterLostEvents) {
    Disturbances what;
    what.overload = true;
    run_many(what);
    what.losses = true;
    run_many(what);
}

TEST(TreeModelRandom, ConvergesIfReadsOfABatchAreExecutedSingly) {
    Disturbances what;
    what.singly = true;
    what.losses = true;
    what.overload = true;
    run_many(what);
    what.zxids = false;
    run_many(what);
}

TEST(TreeModelRandom, ConvergesWithOneShotWatches) {
    Disturbances what;
    what.by_node = true;
    what.zxids = false;
    run_many(what);
    what.losses = true;
    what.singly = true;
    run_many(what);
}

}  // namespace
}  // namespace kazoo::detail::recipe
