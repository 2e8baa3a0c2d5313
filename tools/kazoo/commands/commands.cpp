// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"

namespace tool {

void add_commands(Grammar& grammar) {
    grammar.group("Nodes");
    add_ls(grammar);
    add_get(grammar);
    add_set(grammar);
    add_create(grammar);
    add_rm(grammar);
    add_stat(grammar);
    add_touch(grammar);
    add_edit(grammar);
    add_txn(grammar);
    add_watch(grammar);
    grammar.group("Subtrees");
    add_tree(grammar);
    add_find(grammar);
    add_cp(grammar);
    add_mirror(grammar);
    add_diff(grammar);
    add_dump(grammar);
    grammar.group("Coordination");
    add_lock(grammar);
    add_lease(grammar);
    add_queue(grammar);
    grammar.group("Access");
    add_acl(grammar);
    grammar.group("Servers");
    add_servers(grammar);
    add_top(grammar);
    add_quota(grammar);
    add_ui(grammar);
}

}  // namespace tool
