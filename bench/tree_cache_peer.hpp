// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// Something that a peer needs is missing.
class TreeCacheSkipped : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The cache of another client, in a process of its own:
///
///     <command> <host:port> <path of the root> <nodes>
///
/// The process loads the tree, checks the number of nodes, and prints the seconds from the start of
/// the cache until it was initialized, or "skipped: <reason>" if something that it needs is
/// missing. It keeps the cache until the end of its input.
class TreeCachePeer {
public:
    /// Loads the tree. Throws TreeCacheSkipped, or std::runtime_error if the peer has failed.
    TreeCachePeer(
        std::vector<std::string> command,
        const std::string& hosts,
        const std::string& path,
        std::size_t nodes
    );
    TreeCachePeer(const TreeCachePeer&) = delete;
    TreeCachePeer& operator=(const TreeCachePeer&) = delete;
    ~TreeCachePeer() { process_.wait(); }

    [[nodiscard]] double seconds() const { return seconds_; }

private:
    Child process_;
    double seconds_ = 0;
};

}  // namespace bench
