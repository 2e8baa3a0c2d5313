// Watch requests and watch events.

#include "server/member/server_node_impl.hpp"

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

void ServerNode::Impl::send_watch_event(
    Connection& connection, WatchEvent what, std::string_view path, std::int64_t zxid
) {
    event.type = static_cast<std::int32_t>(what);
    event.state = sync_connected;
    event.path = path;
    codec::append_frame(
        connection.outbox.tail(), codec::ReplyHeader{codec::watch_xid, zxid, 0}, event
    );
    ++connection.statistics.sent;
    ++statistics.sent;
}

void ServerNode::Impl::set_watches(const Request& request) {
    codec::SetWatches2Request record;
    if (!decode_set_watches(request, record)) {
        return reply_header(request, Errc::marshalling_error);
    }
    Connection& connection = request.connection;
    const Tree& nodes = tree();
    for (const std::string_view path : record.data_watches) {
        const Node* node = nodes.find(path);
        if (node == nullptr) {
            send_watch_event(connection, WatchEvent::deleted, path, no_zxid);
        } else if (node->mzxid > record.relative_zxid) {
            send_watch_event(connection, WatchEvent::data_changed, path, no_zxid);
        } else {
            watches.add_data(connection.id, path);
        }
    }
    for (const std::string_view path : record.exist_watches) {
        if (nodes.find(path) != nullptr) {
            send_watch_event(connection, WatchEvent::created, path, no_zxid);
        } else {
            watches.add_data(connection.id, path);
        }
    }
    for (const std::string_view path : record.child_watches) {
        const Node* node = nodes.find(path);
        if (node == nullptr) {
            send_watch_event(connection, WatchEvent::deleted, path, no_zxid);
        } else if (node->pzxid > record.relative_zxid) {
            send_watch_event(connection, WatchEvent::children_changed, path, no_zxid);
        } else {
            watches.add_child(connection.id, path);
        }
    }
    for (const std::string_view path : record.persistent_watches) {
        watches.add(connection.id, path, WatchMode::persistent);
    }
    for (const std::string_view path : record.persistent_recursive_watches) {
        watches.add(connection.id, path, WatchMode::recursive);
    }
    send_reply(connection, {request.op, request.xid, applied_zxid()}, request.now);
}

void ServerNode::Impl::add_watch(const Request& request) {
    codec::AddWatchRequest record;
    codec::Decoder in(request.body);
    const bool good = codec::decode(in, record) && record.path.data() != nullptr &&
                      (record.mode == 0 || record.mode == 1);
    if (!good) {
        return reply_header(request, Errc::marshalling_error);
    }
    const WatchMode mode = record.mode == 0 ? WatchMode::persistent : WatchMode::recursive;
    watches.add(request.connection.id, record.path, mode);
    send_reply(
        request.connection,
        {request.op, request.xid, applied_zxid()},
        request.now,
        codec::ErrorResponse{0}
    );
}

void ServerNode::Impl::check_or_remove_watches(const Request& request) {
    codec::CheckWatchesRequest record;  // removeWatches has the same fields
    codec::Decoder in(request.body);
    const auto last = profile().watch_modes_coexist() ? WatcherType::recursive : WatcherType::any;
    const bool good = codec::decode(in, record) && record.path.data() != nullptr &&
                      record.watcher_type >= static_cast<std::int32_t>(WatcherType::children) &&
                      record.watcher_type <= static_cast<std::int32_t>(last);
    if (!good) {
        return reply_header(request, Errc::marshalling_error);
    }
    const ConnectionId id = request.connection.id;
    const auto type = static_cast<WatcherType>(record.watcher_type);
    const bool found = request.op == codec::Opcode::check_watches
                           ? watches.contains(id, record.path, type)
                           : watches.remove(id, record.path, type);
    reply_header(request, found ? Errc::ok : Errc::no_watcher);
}

}  // namespace kazoo::server
