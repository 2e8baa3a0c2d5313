// SPDX-License-Identifier: Apache-2.0
#include "server/member/watch_service.hpp"

#include "codec/headers.hpp"
#include "server/rules/acl_rules.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

namespace {

constexpr std::int32_t sync_connected = 3;
// In events that setWatches triggers, which belong to no transaction.
constexpr std::int64_t no_zxid = -1;

/// Decodes either request. Returns false if it is malformed or contains a null list or path, on
/// which Apache's server fails.
bool decode_set_watches(const Request& request, codec::SetWatches2Request& out) {
    codec::Decoder in(request.body);
    in.accept_negative_counts();
    if (request.op == codec::Opcode::set_watches2) {
        if (!codec::decode(in, out)) {
            return false;
        }
    } else {
        codec::SetWatchesRequest old;
        if (!codec::decode(in, old)) {
            return false;
        }
        out.relative_zxid = old.relative_zxid;
        out.data_watches = std::move(old.data_watches);
        out.exist_watches = std::move(old.exist_watches);
        out.child_watches = std::move(old.child_watches);
    }
    const auto has_null = [](const std::vector<std::string_view>& paths) {
        return std::any_of(paths.begin(), paths.end(), [](std::string_view path) {
            return path.data() == nullptr;
        });
    };
    return !in.saw_null() && !has_null(out.data_watches) && !has_null(out.exist_watches) &&
           !has_null(out.child_watches) && !has_null(out.persistent_watches) &&
           !has_null(out.persistent_recursive_watches);
}

}  // namespace

void WatchService::send(
    Connection& connection, WatchEvent what, std::string_view path, std::int64_t zxid
) {
    event_.type = static_cast<std::int32_t>(what);
    event_.state = sync_connected;
    event_.path = path;
    codec::append_frame(
        connection.outbox.tail(), codec::ReplyHeader{codec::watch_xid, zxid, 0}, event_
    );
    ++connection.statistics.sent;
    ++state_.statistics.sent;
}

void WatchService::set(const Request& request) {
    codec::SetWatches2Request record;
    if (!decode_set_watches(request, record)) {
        return replies_.send_header(request, Errc::marshalling_error);
    }
    Connection& connection = request.connection;
    const Tree& nodes = state_.tree();
    for (const std::string_view path : record.data_watches) {
        const Node* node = nodes.find(path);
        if (node == nullptr) {
            send(connection, WatchEvent::deleted, path, no_zxid);
        } else if (node->mzxid > record.relative_zxid) {
            send(connection, WatchEvent::data_changed, path, no_zxid);
        } else {
            state_.watches.add_data(connection.id, path);
        }
    }
    for (const std::string_view path : record.exist_watches) {
        if (nodes.find(path) != nullptr) {
            send(connection, WatchEvent::created, path, no_zxid);
        } else {
            state_.watches.add_data(connection.id, path);
        }
    }
    for (const std::string_view path : record.child_watches) {
        const Node* node = nodes.find(path);
        if (node == nullptr) {
            send(connection, WatchEvent::deleted, path, no_zxid);
        } else if (node->pzxid > record.relative_zxid) {
            send(connection, WatchEvent::children_changed, path, no_zxid);
        } else {
            state_.watches.add_child(connection.id, path);
        }
    }
    for (const std::string_view path : record.persistent_watches) {
        state_.watches.add(connection.id, path, WatchMode::persistent);
    }
    for (const std::string_view path : record.persistent_recursive_watches) {
        state_.watches.add(connection.id, path, WatchMode::recursive);
    }
    replies_.send(connection, {request.op, request.xid, state_.applied_zxid()}, request.now);
}

void WatchService::add(const Request& request) {
    codec::AddWatchRequest record;
    codec::Decoder in(request.body);
    const bool good = codec::decode(in, record) && record.path.data() != nullptr &&
                      (record.mode == 0 || record.mode == 1);
    if (!good) {
        return replies_.send_header(request, Errc::marshalling_error);
    }
    const WatchMode mode = record.mode == 0 ? WatchMode::persistent : WatchMode::recursive;
    state_.watches.add(request.connection.id, record.path, mode);
    replies_.send(
        request.connection,
        {request.op, request.xid, state_.applied_zxid()},
        request.now,
        codec::ErrorResponse{0}
    );
}

void WatchService::check_or_remove(const Request& request) {
    codec::CheckWatchesRequest record;  // removeWatches has the same fields
    codec::Decoder in(request.body);
    const auto last =
        state_.profile().watch_modes_coexist() ? WatcherType::recursive : WatcherType::any;
    const bool good = codec::decode(in, record) && record.path.data() != nullptr &&
                      record.watcher_type >= static_cast<std::int32_t>(WatcherType::children) &&
                      record.watcher_type <= static_cast<std::int32_t>(last);
    if (!good) {
        return replies_.send_header(request, Errc::marshalling_error);
    }
    const ConnectionId id = request.connection.id;
    const auto type = static_cast<WatcherType>(record.watcher_type);
    const bool found = request.op == codec::Opcode::check_watches
                           ? state_.watches.contains(id, record.path, type)
                           : state_.watches.remove(id, record.path, type);
    replies_.send_header(request, found ? Errc::ok : Errc::no_watcher);
}

void WatchService::fire(const Transaction& transaction) {
    const std::int64_t zxid = state_.profile().notifies_with_zxid() ? transaction.zxid : -1;
    const auto tell = [&](ConnectionId id, WatchEvent what, std::string_view path) {
        Connection* connection = state_.connections.find(id);
        if (connection != nullptr && !connection->ended) {
            state_.abort_if_out_of_memory(*connection, [&] {
                send(*connection, what, path, zxid);
                state_.update_flow_control(*connection);
            });
        }
    };
    const auto may_read = [&](ConnectionId id, const AclList& acl) {
        const Connection* connection = state_.connections.find(id);
        return connection != nullptr && allowed(acl, Permissions::read, connection->identities);
    };
    for (const Change& change : transaction.changes) {
        state_.watches.trigger(change, tell, may_read);
    }
}

}  // namespace kazoo::server
