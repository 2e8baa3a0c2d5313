// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core.hpp"
#include "client/transactions.hpp"

#include <kazoo/call_options.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/result.hpp>
#include <kazoo/security.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace kazoo::detail::client {

// The ACLs of new nodes: those of the call, or of ClientOptions::acl_provider, or
// ClientOptions::default_acl. This is the only place that reads the two options. The provider is
// asked before an operation begins, on the thread of the caller, because later steps of an
// operation run where the replies arrive.

/// The ACLs of a node that an operation creates, and of those ancestors that it may have to create.
class NodeAcls {
public:
    /// The same list for all of them.
    explicit NodeAcls(AclList all) : usual_(std::move(all)) {}

    [[nodiscard]] const AclList& node() const noexcept { return node_ ? *node_ : usual_; }
    /// Returns the ACL of one of the ancestors, or of the node of ensure_path, by its path on the
    /// server.
    [[nodiscard]] const AclList& of(std::string_view server_path) const noexcept;

    void set_node(AclList acl) { node_ = std::move(acl); }
    /// `server_path` is an ancestor of the node, or the node of ensure_path.
    void add(std::string_view server_path, AclList acl) {
        by_length_.push_back({server_path.size(), std::move(acl)});
    }

private:
    /// Ancestors of one node differ in the lengths of their paths.
    struct Ancestor {
        std::size_t length;
        AclList acl;
    };

    AclList usual_;
    std::optional<AclList> node_;
    std::vector<Ancestor> by_length_;
};

/// Returns the ACLs of a create: of the node and, if it makes its path, of its ancestors. Fails if
/// the provider does. Throws std::bad_alloc.
[[nodiscard]] Result<NodeAcls> acls_of_create(
    const Core& core, PathView path, const CreateOptions& options
);
/// The same of ensure_path.
[[nodiscard]] Result<NodeAcls> acls_of_path(
    const Core& core, PathView path, const std::optional<AclList>& given
);

/// Returns a transaction whose creates have the ACLs that the provider gives them; the same one if
/// there is no provider. Throws the error of a transaction that cannot be sent if the provider
/// fails. Creates without a list have default_acl(core) then.
[[nodiscard]] SharedSteps with_acls(const Core& core, SharedSteps steps);
[[nodiscard]] AclList default_acl(const Core& core);

}  // namespace kazoo::detail::client
