// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/api/changes.hpp"

#include <kazoo/client.hpp>

#include <atomic>
#include <memory>
#include <string>

namespace tool::ui {

/// Whether changes of the tree are followed.
enum class Feed {
    starting,
    live,
    unsupported,  ///< The servers have no recursive watches.
};

/// What the routes share. Thread-safe.
struct Context {
    Context(kazoo::KazooClient& client, std::string hosts, bool allow_writes)
        : zk(client), servers(std::move(hosts)), writes_allowed(allow_writes) {}

    kazoo::KazooClient& zk;
    const std::string servers;
    /// Whether `read_only` may be switched off.
    const bool writes_allowed;
    /// Writes are refused.
    std::atomic<bool> read_only{true};
    std::atomic<Feed> feed{Feed::starting};
    /// A search for ephemeral nodes is under way.
    std::atomic<bool> searching{false};
    std::shared_ptr<Changes> changes;
};

using SharedContext = std::shared_ptr<Context>;

}  // namespace tool::ui
