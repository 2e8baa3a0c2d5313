#include "server/database/write_operations.hpp"
#include "server/rules/acl_rules.hpp"
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

StoredAcl stored_acl(const WriteContext& context, const AclList& requested) {
    if (requested.empty() && context.options.profile.accepts_empty_acls()) {
        return {};
    }
    return normalize_acl(
        requested, context.identities, context.options.profile.accepts_ipv6_acls()
    );
}

std::optional<std::string> owned(std::optional<std::string_view> data) {
    return data ? std::optional<std::string>(*data) : std::nullopt;
}

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode,
    const codec::DeleteRequest& request
) {
    const Tree& tree = writer.tree();
    if (!context.has_session()) {
        return Errc::session_expired;
    }
    if (request.path.data() == nullptr) {
        return Errc::marshalling_error;
    }
    const auto parent_path = parent_of(request.path);
    if (!parent_path || is_system_path(request.path)) {
        return Errc::bad_arguments;
    }
    const Node* parent = tree.find(*parent_path);
    if (parent == nullptr) {
        return Errc::no_node;
    }
    const Node* node = tree.find(request.path);
    if (node == nullptr && context.options.profile.deletes_node_first()) {
        return Errc::no_node;
    }
    if (!allowed(tree.acl(*parent), Permissions::delete_, context.identities)) {
        return Errc::no_auth;
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
    if (!context.has_session()) {
        return Errc::session_expired;
    }
    if (!is_valid_path(request.path)) {
        return Errc::bad_arguments;
    }
    const Node* node = tree.find(request.path);
    if (node == nullptr) {
        return Errc::no_node;
    }
    if (!allowed(tree.acl(*node), Permissions::write, context.identities)) {
        return Errc::no_auth;
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
    if (!context.has_session()) {
        return Errc::session_expired;
    }
    if (!is_valid_path(request.path)) {
        return Errc::bad_arguments;
    }
    StoredAcl acl = stored_acl(context, request.acl.get());
    if (acl.err != Errc::ok) {
        return acl.err;
    }
    const Node* node = tree.find(request.path);
    if (node == nullptr) {
        return Errc::no_node;
    }
    if (!allowed(tree.acl(*node), Permissions::admin, context.identities)) {
        return Errc::no_auth;
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
    if (!context.has_session()) {
        return Errc::session_expired;
    }
    if (!is_valid_path(request.path)) {
        return Errc::bad_arguments;
    }
    const Node* node = tree.find(request.path);
    if (node == nullptr) {
        return Errc::no_node;
    }
    if (!allowed(tree.acl(*node), Permissions::read, context.identities)) {
        return Errc::no_auth;
    }
    return version_fits(request.version, node->version) ? Errc::ok : Errc::bad_version;
}

OperationResult
execute(const WriteContext& context, TransactionWriter&, Opcode, const codec::ReconfigRequest&) {
    return static_cast<Errc>(context.options.profile.reconfig_refusal());
}

}  // namespace kazoo::server
