// SPDX-License-Identifier: Apache-2.0
#include "server/tree/permitted_node.hpp"

#include "server/rules/acl_rules.hpp"

namespace kazoo::server {

NodeOrError find_permitted(
    const Tree& tree, std::string_view path, std::int32_t perms, const std::vector<Id>& identities
) {
    const Node* node = tree.find(path);
    if (node == nullptr) {
        return {nullptr, Errc::no_node};
    }
    if (!allowed(tree.acl(*node), perms, identities)) {
        return {nullptr, Errc::no_auth};
    }
    return {node, Errc::ok};
}

}  // namespace kazoo::server
