// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "codec/encoder.hpp"
#include "codec/multi.hpp"
#include "codec/requests.hpp"
#include "server/database/database.hpp"
#include "server/reads/reads.hpp"
#include "unit/server/rules/server_times.hpp"

#include <kazoo/errors.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::server {

/// A state with one session; records the transactions that a listener sees.
class DatabaseWorld : public TransactionListener {
public:
    explicit DatabaseWorld(DatabaseOptions options = {}) : database(std::move(options)) {
        database.attach(*this);
        session = create_session();
    }
    ~DatabaseWorld() override { database.detach(*this); }

    void on_transaction(const std::shared_ptr<const Transaction>& transaction) override {
        seen.push_back(transaction);
    }

    template <class Request>
    WriteResult write(codec::Opcode op, const Request& request) {
        base::Buffer body;
        codec::Encoder out(body);
        encode(out, request);
        return write_bytes(op, body.span());
    }
    template <class Request>
    WriteResult write(const Request& request) {
        return write(Request::opcode, request);
    }
    WriteResult write_bytes(codec::Opcode op, std::span<const std::byte> body) {
        WriteResult result = database.write(Caller{session, &identities}, op, body, now);
        database.deliver(result.transaction);
        return result;
    }
    /// Returns its id.
    std::int64_t create_session() {
        const NewSession created = database.create_session(Milliseconds(10'000), now);
        database.deliver(created.transaction);
        return created.session.id;
    }
    /// Ends `session` and returns the zxid, or 0 if it has ended before.
    std::int64_t close_session() {
        const auto closed = database.close_session(session, now);
        database.deliver(closed);
        return closed ? closed->zxid : 0;
    }

    WriteResult create(
        std::string_view path,
        std::int32_t flags = 0,
        codec::Opcode op = codec::Opcode::create2,
        const AclList& acl = open_acl_unsafe()
    ) {
        return write(op, codec::CreateRequest{path, "data", acl, flags});
    }
    WriteResult create_ttl(std::string_view path, std::int64_t ttl_ms, std::int32_t flags = 5) {
        return write(codec::CreateTtlRequest{path, "data", open_acl_unsafe(), flags, ttl_ms});
    }
    WriteResult remove(std::string_view path, std::int32_t version = -1) {
        return write(codec::DeleteRequest{path, version});
    }
    WriteResult set(
        std::string_view path, std::optional<std::string_view> data, std::int32_t version = -1
    ) {
        return write(codec::SetDataRequest{path, data, version});
    }
    WriteResult set_acl(std::string_view path, const AclList& acl, std::int32_t version = -1) {
        return write(codec::SetAclRequest{path, acl, version});
    }
    WriteResult multi(std::vector<codec::MultiOp> ops) {
        return write(codec::Opcode::multi, codec::MultiRequest{std::move(ops)});
    }

    /// The node must exist.
    ZnodeStat stat(std::string_view path) const {
        const Node* node = database.tree().find(path);
        return node == nullptr ? ZnodeStat{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
                               : database.tree().stat(*node);
    }
    bool has(std::string_view path) const { return database.tree().find(path) != nullptr; }

    void pass(std::int64_t milliseconds) {
        now.steady += Milliseconds(milliseconds);
        now.wall += Milliseconds(milliseconds);
    }

    Database database;
    Time now{steady_at(1'000), wall_at(1'700'000'000'000)};
    std::int64_t session = 0;
    std::vector<Id> identities{Id("ip", "127.0.0.1")};
    std::vector<std::shared_ptr<const Transaction>> seen;
};

inline std::int32_t code(Errc err) {
    return static_cast<std::int32_t>(err);
}

/// The path in the reply to a create; "none" if it failed.
inline std::string created_path(const WriteResult& result) {
    if (const auto* reply = std::get_if<codec::CreateReply>(&result.body)) {
        return reply->path;
    }
    const auto* reply2 = std::get_if<codec::Create2Reply>(&result.body);
    return reply2 == nullptr ? "none" : reply2->path;
}

inline AclList only(std::int32_t perms) {
    return {Acl(perms, anyone_id_unsafe())};
}

}  // namespace kazoo::server
