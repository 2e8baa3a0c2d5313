// SPDX-License-Identifier: Apache-2.0
// Execution of all create requests: the kind of node requested, and the checks in Apache's order.

#include "codec/protocol_numbers.hpp"
#include "server/database/write_operations.hpp"
#include "server/rules/path_rules.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace kazoo::server {

namespace {

using codec::Opcode;

// 40 bits: the largest TTL that Apache's server accepts.
constexpr Milliseconds max_ttl{0xFF'FFFF'FFFF};

/// The fields of any create request.
struct Creation {
    Opcode op;
    std::string_view path;
    std::optional<std::string_view> data;
    const AclList& acl;
    std::int32_t flags;
    Milliseconds ttl;

    [[nodiscard]] bool has_ttl_flags() const noexcept { return codec::is_ttl_mode(flags); }
    [[nodiscard]] bool sequential() const noexcept { return codec::is_sequence_mode(flags); }
    [[nodiscard]] NodeKind kind() const noexcept {
        if (op == Opcode::create_container) {
            return NodeKind::container;
        }
        if (op == Opcode::create_ttl) {
            return NodeKind::ttl;
        }
        return codec::is_ephemeral_mode(flags) ? NodeKind::ephemeral : NodeKind::persistent;
    }
};

/// Checks that opcode, flags and TTL are consistent. The CONTAINER flag with another opcode creates
/// a persistent node, as in Apache's server; many clients send it. One deviation: a create_ttl
/// without a TTL flag and with a negative TTL stops the request processor of Apache's server; here
/// it fails with bad_arguments.
Errc check_kind(const Creation& requested, const DatabaseOptions& options) noexcept {
    if (options.profile.keeper) {
        return Errc::ok;
    }
    if (requested.flags < 0 || requested.flags > options.profile.greatest_create_flag()) {
        return Errc::bad_arguments;
    }
    if (requested.has_ttl_flags() && !options.ttl_nodes) {
        return Errc::unimplemented;
    }
    if (requested.has_ttl_flags() != (requested.op == Opcode::create_ttl)) {
        return Errc::bad_arguments;
    }
    if (requested.op == Opcode::create_ttl &&
        (requested.ttl < Milliseconds(1) || requested.ttl > max_ttl)) {
        return Errc::bad_arguments;
    }
    return Errc::ok;
}

/// Returns the path, with the sequence number appended if a sequential node is requested.
std::string full_path(const Creation& requested, const Node& parent) {
    std::string path(requested.path);
    if (requested.sequential()) {
        std::array<char, 16> digits{};
        const int length = std::snprintf(
            digits.data(), digits.size(), "%010d", static_cast<int>(parent.created_children)
        );
        path.append(digits.data(), static_cast<std::size_t>(length));
    }
    return path;
}

/// The checks that need the complete path and the parent.
Errc check_place(const Tree& tree, const Node& parent, std::string_view path) {
    if (!is_valid_path(path)) {
        return Errc::bad_arguments;
    }
    if (tree.find(path) != nullptr) {
        return Errc::node_exists;
    }
    return parent.kind == NodeKind::ephemeral ? Errc::no_children_for_ephemerals : Errc::ok;
}

OperationResult apply(
    const WriteContext& context,
    TransactionWriter& writer,
    const Creation& requested,
    std::string path,
    AclList acl
) {
    CreateEffect effect;
    effect.path = path;
    effect.data = owned(requested.data);
    effect.acl = std::move(acl);
    effect.kind = requested.kind();
    effect.owner = effect.kind == NodeKind::ephemeral ? context.session : 0;
    effect.ttl = effect.kind == NodeKind::ttl ? requested.ttl : Milliseconds(0);
    if (!writer.apply(std::move(effect))) {
        return Errc::system_error;
    }
    if (requested.op == Opcode::create) {
        return OperationResult(std::in_place, codec::CreateReply{std::move(path)});
    }
    const ZnodeStat stat = writer.tree().stat(*writer.tree().find(path));
    return OperationResult(std::in_place, codec::Create2Reply{std::move(path), stat});
}

OperationResult create(
    const WriteContext& context, TransactionWriter& writer, const Creation& requested
) {
    const Tree& tree = writer.tree();
    const Errc kind_error = check_kind(requested, context.options);
    if (kind_error != Errc::ok) {
        return kind_error;
    }
    const auto [path_err, parent_path] = parent_for_caller(context, requested.path);
    if (path_err != Errc::ok) {
        return path_err;
    }
    StoredAcl acl = stored_acl(context, requested.acl);
    if (acl.err != Errc::ok) {
        return acl.err;
    }
    const auto [parent, parent_err] =
        find_permitted(tree, parent_path, Permissions::create, context.identities);
    if (parent == nullptr) {
        return parent_err;
    }
    std::string path = full_path(requested, *parent);
    const Errc place_error = check_place(tree, *parent, path);
    if (place_error != Errc::ok) {
        return place_error;
    }
    const auto size = static_cast<std::int64_t>(requested.data.value_or(std::string_view()).size());
    if (context.options.enforce_quota && !tree.within_quota(path, 1, size)) {
        return Errc::quota_exceeded;
    }
    return apply(context, writer, requested, std::move(path), std::move(acl.list));
}

/// ClickHouse Keeper reads the ephemeral and the sequential bit and ignores the others.
std::int32_t meant_flags(const WriteContext& context, std::int32_t flags) noexcept {
    return context.options.profile.keeper
               ? flags & codec::number(codec::CreateMode::ephemeral_sequence)
               : flags;
}

}  // namespace

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode op,
    const codec::CreateRequest& request
) {
    const AclList& acl = request.acl.get();
    const std::int32_t flags = meant_flags(context, request.flags);
    return create(context, writer, {op, request.path, request.data, acl, flags, Milliseconds(0)});
}

OperationResult execute(
    const WriteContext& context,
    TransactionWriter& writer,
    Opcode op,
    const codec::CreateTtlRequest& request
) {
    const AclList& acl = request.acl.get();
    const std::int32_t flags = meant_flags(context, request.flags);
    return create(
        context, writer, {op, request.path, request.data, acl, flags, Milliseconds(request.ttl_ms)}
    );
}

}  // namespace kazoo::server
