// SPDX-License-Identifier: Apache-2.0
/// The walk through a subtree that the commands for trees share.
#pragma once

#include "cli/session.hpp"

#include <kazoo/client.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

struct WalkOptions {
    bool data = false;
    bool acls = false;
    /// Without /zookeeper, if the walk begins at the root of the servers.
    bool skip_system = false;
    /// How many levels below the first node are visited.
    std::size_t depth = std::numeric_limits<std::size_t>::max();
    /// Continues an earlier walk: nodes up to this one, in the order of the walk, are left out.
    std::string after;
};

struct WalkedNode {
    std::string path;
    std::size_t depth = 0;  ///< 0: the first node
    bool is_last = false;   ///< of its siblings that are known
    kazoo::ZnodeStat stat;
    kazoo::NodeData node;  ///< with WalkOptions::data
    kazoo::AclList acls;   ///< with WalkOptions::acls
    std::int32_t acls_version = 0;
};

/// Visits a node and its descendants: parents before children, siblings in the order of their
/// names. Requests for the next nodes are sent ahead; what has been read ahead is bounded by a
/// number of nodes for each level, so that a tree of any size takes memory only for the names of
/// one family at each level.
///
/// Nodes that are deleted meanwhile are left out. Those that may not be read are reported to
/// standard error, left out with their descendants, and make the exit code 1.
class Walk {
public:
    /// Throws nothing yet. The references must outlive the walk.
    Walk(
        Session& session, kazoo::KazooClient& client, const std::string& path, WalkOptions options
    );
    /// Walks through the servers of the session.
    Walk(Session& session, const std::string& path, WalkOptions options)
        : Walk(session, session.zk(), path, std::move(options)) {}

    /// Returns the next node; std::nullopt at the end. Throws NoNodeError if the first node does
    /// not exist, and the errors of the client but NoAuthError.
    std::optional<WalkedNode> next();

private:
    /// The requests for one node.
    struct Reads {
        std::string path;
        kazoo::AsyncResult<std::optional<kazoo::ZnodeStat>> stat;
        kazoo::AsyncResult<kazoo::ChildrenAndStat> children;
        kazoo::AsyncResult<kazoo::NodeData> data;
        kazoo::AsyncResult<kazoo::AclsAndStat> acls;
    };
    /// Siblings that have not been visited; the first of them have been asked for.
    struct Family {
        std::string parent;
        std::vector<std::string> names;
        std::size_t next = 0;  ///< the first name that has not been asked for
        std::deque<Reads> ahead;
    };

    void read_ahead();
    void ask(Family& family, std::size_t depth);
    std::optional<WalkedNode> visit(Reads reads, std::size_t depth);
    static void collect(const Reads& reads, WalkedNode& node, std::vector<std::string>& names);
    void descend(const std::string& path, std::vector<std::string> names);
    [[nodiscard]] bool is_before(const std::string& path) const;

    Session* session_;
    kazoo::KazooClient* client_;
    std::string root_;
    WalkOptions options_;
    std::vector<Family> families_;  // of the levels, the first node's first
    std::size_t ahead_ = 0;         // nodes that have been asked for and not visited
};

/// Compares paths in the order of a walk: less than, equal to or greater than 0.
int compare_paths(std::string_view a, std::string_view b) noexcept;

/// Returns the path below `root`, without it: "/b" for "/a/b" and "/a"; "" for `root` itself.
std::string_view below(std::string_view path, std::string_view root) noexcept;
/// Returns the path `rest` of `below` under another root.
std::string under(std::string_view root, std::string_view rest);

}  // namespace tool
