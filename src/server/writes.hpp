#pragma once

#include "codec/opcode.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"
#include "server/acl_rules.hpp"
#include "server/state.hpp"
#include "server/transaction_writer.hpp"

#include <kazoo/errors.hpp>

#include <variant>
#include <vector>

namespace kazoo::server {

/// What a write is checked against, besides the tree.
struct WriteContext {
    const StateOptions& options;
    const SessionTable& sessions;
    std::int64_t session = 0;
    const std::vector<Id>& identities;

    [[nodiscard]] bool has_session() const noexcept { return sessions.find(session) != nullptr; }
};

/// What became of one operation, alone or as part of a multi: an error, or what it answers.
struct OperationResult {
    Errc err = Errc::ok;
    std::variant<std::monostate, codec::CreateReply, codec::Create2Reply, codec::StatReply> body;

    OperationResult(Errc failure = Errc::ok) : err(failure) {}  // converts: `return Errc::no_node;`
    template <class Reply>
    explicit OperationResult(std::in_place_t, Reply reply) : body(std::move(reply)) {}
};

// Each checks the request, in the order in which ZooKeeper does, against the tree as the operations
// before have left it, and if nothing is wrong carries it out. A multi is the caller's to undo.
// `op` tells requests apart that look the same: create, create2 and create_container.

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

/// The ACL that a request asks for as it is stored, or why it is not.
[[nodiscard]] StoredAcl stored_acl(const WriteContext&, const AclList& asked);

/// The data of a request, to be kept.
[[nodiscard]] std::optional<std::string> owned(std::optional<std::string_view> data);

}  // namespace kazoo::server
