// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tree/tree.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/security.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// A node, or nullptr and the error.
struct NodeOrError {
    const Node* node = nullptr;
    Errc err = Errc::ok;
};

/// Finds a node and checks that its ACL grants any of the bits in `perms`: fails with no_node or
/// no_auth. Only the ACL of the node itself counts, as in ZooKeeper.
[[nodiscard]] NodeOrError find_permitted(
    const Tree& tree, std::string_view path, std::int32_t perms, const std::vector<Id>& identities
);

}  // namespace kazoo::server
