// SPDX-License-Identifier: Apache-2.0
// Execution of the requests that change the tree.

#pragma once

#include "codec/opcode.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"
#include "server/database/database.hpp"
#include "server/database/transaction_writer.hpp"
#include "server/rules/acl_rules.hpp"
#include "server/tree/permitted_node.hpp"

#include <kazoo/errors.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kazoo::server {

/// What a write is validated against, besides the tree.
struct WriteContext {
    const DatabaseOptions& options;
    const SessionTable& sessions;
    std::int64_t session = 0;
    const std::vector<Id>& identities;

    [[nodiscard]] bool has_session() const noexcept { return sessions.find(session) != nullptr; }
};

/// The result of one operation, alone or in a multi: an error, or the body of its reply.
struct OperationResult {
    Errc err = Errc::ok;
    std::variant<std::monostate, codec::CreateReply, codec::Create2Reply, codec::StatReply> body;

    OperationResult(Errc failure = Errc::ok)
        : err(failure) {}  // implicit, for `return Errc::no_node;`
    template <class Reply>
    explicit OperationResult(std::in_place_t, Reply reply) : body(std::move(reply)) {}
};

// Each overload validates a request against the tree that earlier operations have left, in the
// order of Apache's server, so that the same error wins, and executes it if it is valid. A request
// that fails has changed nothing; the caller rolls back a multi. `op` distinguishes requests with
// the same record: create, create2 and create_container.

OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::CreateRequest&);
OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::CreateTtlRequest&);
OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::DeleteRequest&);
OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::SetDataRequest&);
OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::SetAclRequest&);
OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::CheckRequest&);
OperationResult
execute(const WriteContext&, TransactionWriter&, codec::Opcode op, const codec::ReconfigRequest&);

// The checks with which several operations begin. An error is the result of the operation.

/// Checks the session, and that the path is valid.
[[nodiscard]] Errc check_caller(const WriteContext&, std::string_view path);
/// Checks the caller and finds the node at the path, whose ACL must grant `perm`.
[[nodiscard]] NodeOrError find_for_caller(
    const WriteContext&, const Tree&, std::string_view path, std::int32_t perm
);
/// The path of the parent of a node to create or delete, or the error.
struct ParentPath {
    Errc err = Errc::ok;
    std::string_view path;
};
/// Checks the session and the path, less strictly than check_caller.
[[nodiscard]] ParentPath parent_for_caller(const WriteContext&, std::string_view path);

/// Returns the ACL to store for a request, or the error. Allows an empty list if the profile does.
[[nodiscard]] StoredAcl stored_acl(const WriteContext&, const AclList& requested);

/// Copies the data of a request.
[[nodiscard]] std::optional<std::string> owned(std::optional<std::string_view> data);

}  // namespace kazoo::server
