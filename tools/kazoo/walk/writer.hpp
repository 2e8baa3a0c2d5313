// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"
#include "walk/window.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tool {

/// What is done with a node that exists already.
enum class Conflict { fail, skip, overwrite };
/// "fail", "skip" or "overwrite"; for Command::choice.
Conflict parse_conflict(const std::string& name);

struct NewNode {
    std::string path;
    std::optional<std::string> data;  ///< null data if there is none
    std::optional<kazoo::AclList> acl;
    std::optional<std::int64_t> ttl_ms;
    bool container = false;
};

/// Writes many nodes, with a bounded number of requests under way. Parents must be written before
/// their children: servers execute the requests in their order.
class Writer {
public:
    Writer(Session& session, kazoo::KazooClient& client, Conflict conflict);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Creates the node. If it exists: throws NodeExistsError, leaves it alone, or sets its data
    /// and its ACL, if it has one. Throws the errors of earlier nodes as well.
    void create(NewNode node);
    /// Sets the data, and the ACL if there is one, of a node that exists.
    void overwrite(const NewNode& node);
    /// Sets only the ACL, which the node must have. Counts as overwriting.
    void overwrite_acl(const NewNode& node);
    /// Waits until all nodes have been written. Throws the first error.
    void finish();
    /// Writes to standard error how many nodes have been created, overwritten and skipped.
    void note_counts() const;

private:
    void created(const kazoo::AsyncResult<std::string>& result, NewNode& node);

    Session* session_;
    kazoo::KazooClient* client_;
    Conflict conflict_;
    Window<std::string, NewNode> creates_;
    Window<kazoo::ZnodeStat, char> sets_;
    std::uint64_t created_ = 0;
    std::uint64_t overwritten_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace tool
