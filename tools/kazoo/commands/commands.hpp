// SPDX-License-Identifier: Apache-2.0
/// The commands. Each `add_x` describes a family of commands to the grammar, in the file x.cpp
/// here or in a folder x.
#pragma once

#include "cli/grammar.hpp"
#include "cli/session.hpp"

namespace tool {

void add_ls(Grammar& grammar);
void add_get(Grammar& grammar);
void add_set(Grammar& grammar);
void add_create(Grammar& grammar);
void add_rm(Grammar& grammar);
void add_stat(Grammar& grammar);
void add_touch(Grammar& grammar);
void add_tree(Grammar& grammar);
void add_find(Grammar& grammar);
void add_cp(Grammar& grammar);
void add_diff(Grammar& grammar);
void add_mirror(Grammar& grammar);
void add_dump(Grammar& grammar);
void add_edit(Grammar& grammar);
void add_txn(Grammar& grammar);
void add_watch(Grammar& grammar);
void add_acl(Grammar& grammar);
void add_quota(Grammar& grammar);
void add_servers(Grammar& grammar);
void add_top(Grammar& grammar);
void add_lock(Grammar& grammar);
void add_lease(Grammar& grammar);
void add_queue(Grammar& grammar);
void add_ui(Grammar& grammar);

/// Adds all of them.
void add_commands(Grammar& grammar);

}  // namespace tool
