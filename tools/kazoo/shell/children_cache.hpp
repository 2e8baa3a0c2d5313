// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/client.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tool {

/// The children of nodes, for completion. Reads them in the background, and never waits.
class ChildrenCache {
public:
    static constexpr std::size_t most_nodes = 64;
    static constexpr std::chrono::seconds lasting{5};

    /// `arrived` is called by another thread when children have arrived, and not after the client
    /// has stopped.
    explicit ChildrenCache(std::function<void()> arrived);

    /// Returns the children of a node; none if it cannot be read. Returns std::nullopt, and asks
    /// the client for them, if they are not known or have been for too long.
    std::optional<std::vector<std::string>> find(
        kazoo::KazooClient& client, const std::string& path
    );
    /// Forgets everything: a command may have changed it.
    void clear();

private:
    struct Entry {
        std::optional<std::vector<std::string>> names;  ///< std::nullopt: asked for
        std::chrono::steady_clock::time_point time;
    };
    /// Shared with callbacks of results.
    struct State {
        std::mutex mutex;
        // Guarded by mutex:
        std::map<std::string, Entry> entries;
        std::size_t generation = 0;  ///< counts the calls of clear()
    };

    void ask(kazoo::KazooClient& client, const std::string& path, std::size_t generation);

    std::shared_ptr<State> state_ = std::make_shared<State>();
    std::function<void()> arrived_;
};

}  // namespace tool
