// SPDX-License-Identifier: Apache-2.0
#include "server/database/write_operations.hpp"
#include "server/rules/path_rules.hpp"

#include <utility>

namespace kazoo::server {

namespace {

using codec::Opcode;

bool version_fits(std::int32_t requested, std::int32_t actual) noexcept {
    return requested == -1 || requested == actual;
}

OperationResult stat_result(const Tree& tree, const Node& node) {
    return OperationResult(std::in_place, codec::StatReply{tree.stat(node)});
}

}  // namespace

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode,
    const codec::DeleteRequest& request
) {
    const Tree& tree = writer.tree();
    const auto [path_err, parent_path] = parent_for_caller(context, request.path);
    if (path_err != Errc::ok) {
        return path_err;
    }
    if (is_system_path(request.path)) {
        return Errc::bad_arguments;
    }
    const Node* node = tree.find(request.path);
    if (node == nullptr && context.options.profile.deletes_node_first()) {
        return Errc::no_node;
    }
    const auto [parent, parent_err] =
        find_permitted(tree, parent_path, Permissions::delete_, context.identities);
    if (parent == nullptr) {
        return parent_err;
    }
    if (node == nullptr) {
        return Errc::no_node;
    }
    if (!version_fits(request.version, node->version)) {
        return Errc::bad_version;
    }
    if (!node->children.empty()) {
        return Errc::not_empty;
    }
    return writer.apply(DeleteEffect{std::string(request.path)}) ? Errc::ok : Errc::system_error;
}

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode,
    const codec::SetDataRequest& request
) {
    const Tree& tree = writer.tree();
    const auto [node, err] = find_for_caller(context, tree, request.path, Permissions::write);
    if (node == nullptr) {
        return err;
    }
    const auto size = static_cast<std::int64_t>(request.data.value_or(std::string_view()).size());
    const std::int64_t growth = size - static_cast<std::int64_t>(node->data_size());
    if (context.options.enforce_quota && !tree.within_quota(request.path, 0, growth)) {
        return Errc::quota_exceeded;
    }
    if (!version_fits(request.version, node->version)) {
        return Errc::bad_version;
    }
    if (!writer.apply(SetDataEffect{std::string(request.path), owned(request.data)})) {
        return Errc::system_error;
    }
    return stat_result(tree, *node);
}

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode,
    const codec::SetAclRequest& request
) {
    const Tree& tree = writer.tree();
    const Errc caller_err = check_caller(context, request.path);
    if (caller_err != Errc::ok) {
        return caller_err;
    }
    StoredAcl acl = stored_acl(context, request.acl.get());
    if (acl.err != Errc::ok) {
        return acl.err;
    }
    const auto [node, err] =
        find_permitted(tree, request.path, Permissions::admin, context.identities);
    if (node == nullptr) {
        return err;
    }
    if (!version_fits(request.version, node->aversion)) {
        return Errc::bad_version;
    }
    if (!writer.apply(SetAclEffect{std::string(request.path), std::move(acl.list)})) {
        return Errc::system_error;
    }
    return stat_result(tree, *node);
}

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode,
    const codec::CheckRequest& request
) {
    const Tree& tree = writer.tree();
    const auto [node, err] = find_for_caller(context, tree, request.path, Permissions::read);
    if (node == nullptr) {
        return err;
    }
    return version_fits(request.version, node->version) ? Errc::ok : Errc::bad_version;
}

/// There is no ensemble whose configuration could be changed.
OperationResult
execute(const WriteContext& context, TransactionWriter&, Opcode, const codec::ReconfigRequest&) {
    if (context.options.reconfig_enabled) {
        return Errc::unimplemented;
    }
    return static_cast<Errc>(context.options.profile.reconfig_refusal());
}

}  // namespace kazoo::server
