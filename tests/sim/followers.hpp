// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster.hpp"
#include "process.hpp"

#include <kazoo/client.hpp>
#include <kazoo/recipes/children_watch.hpp>
#include <kazoo/recipes/data_watch.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace kazoo::sim {

/// A DataWatch and a ChildrenWatch of one program, on one node. Checks that they report the last
/// state of the node, and nothing after they have been stopped.
class Followers {
public:
    Followers(Simulator& simulator, Process& process) : simulator_(simulator), process_(process) {}
    Followers(const Followers&) = delete;

    /// Follows another node, by a client that may be stopped and destroyed meanwhile.
    void follow(KazooClient& client, std::string path);
    [[nodiscard]] bool active() const noexcept {
        return data_ && !data_->ended() && children_ && !children_->ended();
    }
    /// Long after the last fault and the last write, while the client is connected.
    /// `path`: that of the node on the servers.
    void at_rest(const Chronicle& chronicle, const std::string& path);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    struct Report {
        bool exists = false;
        std::int64_t mzxid = 0;
        std::set<std::string> children;
    };
    /// What is known of one watch; shared with its functions.
    struct Follower {
        std::optional<Report> last;
        bool in_trouble = false;  ///< an error was reported, and nothing since
        bool stopped = false;
    };

    void note(Follower& follower, Report report);
    void check(const Follower& follower, const Snapshot& node, bool children);
    template <class Options>
    Options options(const std::shared_ptr<Follower>& follower);

    Simulator& simulator_;
    Process& process_;
    std::string path_;
    std::shared_ptr<Follower> of_data_ = std::make_shared<Follower>();
    std::shared_ptr<Follower> of_children_ = std::make_shared<Follower>();
    std::optional<DataWatch> data_;
    std::optional<ChildrenWatch> children_;
};

}  // namespace kazoo::sim
