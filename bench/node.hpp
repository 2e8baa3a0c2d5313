// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "subject.hpp"

#include <kazoo/client.hpp>

#include <string>

namespace bench {

/// A node of a server, which exists during the lifetime of this object.
class Node {
public:
    /// Creates the node of the target as an ephemeral one.
    explicit Node(const Target& target);
    Node(kazoo::ClientOptions options, const Target& target);

private:
    kazoo::KazooClient keeper_;
};

/// Returns a node of `data_size` bytes at a path of its own.
[[nodiscard]] Target target_on(
    const kazoo::HostPort& server, std::size_t window, std::size_t data_size = 100
);

/// Returns the options of a client of this server whose limits are larger than any case needs.
[[nodiscard]] kazoo::ClientOptions unlimited(const std::string& hosts);

}  // namespace bench
