// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/kazoo.hpp>

#include <string>

namespace kazoo::testing_support {

/// Calls `visit(name, result)` for each asynchronous operation on a path.
template <class Visit>
void every_operation_on(
    KazooClient& zk, const std::string& path, const CallOptions& options, Visit&& visit
) {
    const auto makepath = CreateOptions().makepath();
    visit("create", zk.create_async(path, "x", {}, options));
    visit("create makepath", zk.create_async(path, "x", makepath, options));
    visit("create_with_stat", zk.create_with_stat_async(path, "x", {}, options));
    visit("create_with_stat makepath", zk.create_with_stat_async(path, "x", makepath, options));
    visit("ensure_path", zk.ensure_path_async(path, std::nullopt, options));
    visit("exists", zk.exists_async(path, {}, options));
    visit("get", zk.get_async(path, {}, options));
    visit("get_children", zk.get_children_async(path, {}, options));
    visit("get_children_with_stat", zk.get_children_with_stat_async(path, {}, options));
    visit("set", zk.set_async(path, "x", -1, options));
    visit("delete", zk.delete_async(path, -1, options));
    visit("delete_recursive", zk.delete_recursive_async(path, options));
    visit("get_acls", zk.get_acls_async(path, options));
    visit("set_acls", zk.set_acls_async(path, open_acl_unsafe(), -1, options));
    visit("sync", zk.sync_async(path, options));
    const auto latest = ReadOptions(options).consistency(Consistency::latest);
    visit("get the latest", zk.get_async(path, {}, latest));
    visit("get at least", zk.get_async(path, {}, ReadOptions(options).at_least(1)));
    visit("create_or_set", zk.create_or_set_async(path, "x", {}, options));
    visit("create_or_set makepath", zk.create_or_set_async(path, "x", makepath, options));
    visit("get_children_with_data", zk.get_children_with_data_async(path, options));
    visit("get_ephemerals", zk.get_ephemerals_async(path, options));
    visit("get_all_children_number", zk.get_all_children_number_async(path, options));
    const auto protect = CreateOptions().protect();
    visit("create protected", zk.create_async(path, "x", protect, options));
    visit("create_with_stat protected", zk.create_with_stat_async(path, "x", protect, options));
    visit("delete_guaranteed", zk.delete_guaranteed_async(path, 1, options));
}

/// Like every_operation_on, for the operations without a path.
template <class Visit>
void every_other_operation(KazooClient& zk, const CallOptions& options, Visit&& visit) {
    visit("command", zk.command_async("ruok", options));
    visit("server_version", zk.server_version_async(options));
}

/// Calls `visit(name, call)` for each blocking operation on a path; `call()` makes the call.
template <class Visit>
void every_blocking_operation_on(KazooClient& zk, const std::string& path, Visit&& visit) {
    visit("create", [&] { zk.create(path); });
    visit("create_with_stat", [&] { zk.create_with_stat(path); });
    visit("ensure_path", [&] { zk.ensure_path(path); });
    visit("exists", [&] { zk.exists(path); });
    visit("get", [&] { zk.get(path); });
    visit("get_children", [&] { zk.get_children(path); });
    visit("get_children_with_stat", [&] { zk.get_children_with_stat(path); });
    visit("set", [&] { zk.set(path, "x"); });
    visit("delete", [&] { zk.delete_(path); });
    visit("delete_recursive", [&] { zk.delete_recursive(path); });
    visit("get_acls", [&] { zk.get_acls(path); });
    visit("set_acls", [&] { zk.set_acls(path, open_acl_unsafe()); });
    visit("sync", [&] { zk.sync(path); });
    visit("create_or_set", [&] { zk.create_or_set(path, "x"); });
    visit("get_children_with_data", [&] { zk.get_children_with_data(path); });
    visit("get_ephemerals", [&] { zk.get_ephemerals(path); });
    visit("get_all_children_number", [&] { zk.get_all_children_number(path); });
    visit("create protected", [&] { zk.create(path, "x", CreateOptions().protect()); });
    visit("delete_guaranteed", [&] { zk.delete_guaranteed(path, 1); });
}

}  // namespace kazoo::testing_support
