#include "client/operations.hpp"

#include "client/server_path.hpp"
#include "codec/decoder.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"

#include <algorithm>
#include <stdexcept>

namespace kazoo::detail::client {
namespace {

using codec::Opcode;
using Body = std::span<const std::byte>;

/// Returns how much memory a list in a reply may take: 16 MiB or four times its size on the wire.
/// That is what short names take; there cannot be many shorter ones, because the names of children
/// differ.
std::size_t list_memory(std::size_t body) {
    constexpr std::size_t always = 16u << 20;
    return std::max(always, 4 * body);
}

/// Returns false if the body is malformed. Throws std::length_error if it would take too much
/// memory, which Operation reports as response_too_large.
template <class Record>
bool read(Body body, Record& record) {
    codec::Decoder decoder(body);
    decoder.limit_memory(list_memory(body.size()));
    const bool good = codec::decode(decoder, record);
    if (decoder.too_large()) {
        throw std::length_error("a list in a reply exceeds the memory limit");
    }
    return good;
}

bool read_path(Body body, const Chroot& chroot, std::string& path) {
    codec::CreateReply reply;  // consists of a path, like the reply to sync
    if (!read(body, reply)) {
        return false;
    }
    path = chroot.empty() ? std::move(reply.path) : chroot.strip(reply.path);
    return true;
}

bool read_stat(Body body, const Chroot&, ZnodeStat& stat) {
    codec::StatReply reply;
    const bool good = read(body, reply);
    stat = reply.stat;
    return good;
}

const OpKind<std::string> create_kind{"create", read_path};

const OpKind<CreatedNode> create_with_stat_kind{
    "create", [](Body body, const Chroot& chroot, CreatedNode& node) {
        codec::Create2Reply reply;
        const bool good = read(body, reply);
        node.path = chroot.strip(reply.path);
        node.stat = reply.stat;
        return good;
    }};

const OpKind<std::optional<ZnodeStat>> exists_kind{
    "exists",
    [](Body body, const Chroot& chroot, std::optional<ZnodeStat>& stat) {
        return read_stat(body, chroot, stat.emplace());
    },
    [](const std::error_code& error) { return error == Errc::no_node; }};

const OpKind<NodeData> get_kind{"get", [](Body body, const Chroot&, NodeData& node) {
                                    codec::GetDataReply reply;
                                    const bool good = read(body, reply);
                                    node.null_data = !reply.data;
                                    node.data = std::move(reply.data).value_or(std::string());
                                    node.stat = reply.stat;
                                    return good;
                                }};

const OpKind<std::vector<std::string>> get_children_kind{
    "get_children", [](Body body, const Chroot&, std::vector<std::string>& children) {
        codec::GetChildrenReply reply;
        const bool good = read(body, reply);
        children = std::move(reply.children);
        return good;
    }};

const OpKind<ChildrenAndStat> get_children_with_stat_kind{
    "get_children", [](Body body, const Chroot&, ChildrenAndStat& node) {
        codec::GetChildren2Reply reply;
        const bool good = read(body, reply);
        node.children = std::move(reply.children);
        node.stat = reply.stat;
        return good;
    }};

const OpKind<ZnodeStat> set_kind{"set", read_stat};
const OpKind<void> delete_kind{"delete"};

const OpKind<AclsAndStat> get_acls_kind{
    "get_acls", [](Body body, const Chroot&, AclsAndStat& node) {
        codec::GetAclReply reply;
        const bool good = read(body, reply);
        node.acls = std::move(reply.acl);
        node.stat = reply.stat;
        return good;
    }};

const OpKind<ZnodeStat> set_acls_kind{"set_acls", read_stat};
const OpKind<std::string> sync_kind{"sync", read_path};

session::RequestSpec make_call(Opcode op) {
    session::RequestSpec call;
    call.op = op;
    return call;
}

/// Checks data before it is copied into a frame. Returns the error if it cannot be sent.
std::optional<Error> refusal_of(const Core& core, const DataView& data) {
    if (data.from_null_pointer()) {
        return Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "",
            {},
            "the data is a null pointer; write std::nullopt for null data"
        );
    }
    const auto limit = core.options().limits().request_bytes;
    if (data.size() <= limit) {
        return std::nullopt;
    }
    return Error(
        ClientErrc::request_too_large,
        Outcome::not_sent,
        "",
        {},
        std::to_string(data.size()) + " bytes of data, the limit for a whole request is " +
            std::to_string(limit)
    );
}

/// Issues a request about one path; `fill` completes the record. With `server_paths` the path has
/// its chroot already; errors show the client's path in either case.
template <class Record, class T, class Fill>
AsyncResult<T> about_path(
    Core& core,
    const OpKind<T>& kind,
    std::string_view path,
    session::RequestSpec call,
    const CallContext& context,
    Fill&& fill,
    bool sequence = false
) {
    static const Chroot none;
    const ServerPath server_path(path, context.server_paths ? none : core.chroot(), sequence);
    if (server_path.error()) {
        return core.refused(kind, path, *server_path.error());
    }
    Record record;
    record.path = server_path.view();
    fill(record);
    call.watch_path = server_path.view();  // submit() copies what it keeps
    if (context.server_paths) {
        return core.call(kind, core.chroot().strip(path), std::move(call), context, record);
    }
    return core.call(kind, path, std::move(call), context, record);
}

/// Issues a read that may set a watch. The watch is registered when the reply arrives, not before.
template <class Record, class T>
AsyncResult<T> watching(
    Core& core,
    const OpKind<T>& kind,
    std::string_view path,
    Opcode op,
    session::WatchKind watch_kind,
    const Watcher& watch,
    const CallContext& context
) {
    auto call = make_call(op);
    call.watcher = session::Cookie(detail::state_of(watch));
    call.watch_kind = watch_kind;
    return about_path<Record>(core, kind, path, std::move(call), context, [&](Record& record) {
        record.watch = static_cast<bool>(watch);
    });
}

template <class T>
AsyncResult<T> create_as(
    Core& core,
    const OpKind<T>& kind,
    Opcode op,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
) {
    if (auto error = refusal_of(core, data)) {
        return core.refused(kind, path, std::move(*error));
    }
    const auto fill = [&](codec::CreateRequest& record) {
        record.data = data.bytes();
        record.acl = acl;
        // ZooKeeper's CreateMode: 1 ephemeral, 2 sequence.
        record.flags = (options.is_ephemeral() ? 1 : 0) + (options.is_sequence() ? 2 : 0);
    };
    return about_path<codec::CreateRequest>(
        core, kind, path, make_call(op), context, fill, options.is_sequence()
    );
}

}  // namespace

bool is_root(const Core& core, std::string_view path) {
    const bool slashes = !path.empty() && path.find_first_not_of('/') == std::string_view::npos;
    return slashes && core.chroot().empty();
}

Error root_cannot_be_deleted() {
    return Error(Errc::bad_arguments, Outcome::not_sent, "", {}, "the root node cannot be deleted");
}

AsyncResult<std::string> create(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
) {
    return create_as(core, create_kind, Opcode::create, path, data, options, acl, context);
}

AsyncResult<CreatedNode> create_with_stat(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
) {
    return create_as(
        core, create_with_stat_kind, Opcode::create2, path, data, options, acl, context
    );
}

AsyncResult<std::optional<ZnodeStat>> exists(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return watching<codec::ExistsRequest>(
        core, exists_kind, path, Opcode::exists, session::WatchKind::data, watch, context
    );
}

AsyncResult<NodeData> get(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return watching<codec::GetDataRequest>(
        core, get_kind, path, Opcode::get_data, session::WatchKind::data, watch, context
    );
}

AsyncResult<std::vector<std::string>> get_children(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return watching<codec::GetChildrenRequest>(
        core,
        get_children_kind,
        path,
        Opcode::get_children,
        session::WatchKind::child,
        watch,
        context
    );
}

AsyncResult<ChildrenAndStat> get_children_with_stat(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return watching<codec::GetChildren2Request>(
        core,
        get_children_with_stat_kind,
        path,
        Opcode::get_children2,
        session::WatchKind::child,
        watch,
        context
    );
}

AsyncResult<ZnodeStat> set(
    Core& core,
    std::string_view path,
    const DataView& data,
    std::int32_t version,
    const CallContext& context
) {
    if (auto error = refusal_of(core, data)) {
        return core.refused(set_kind, path, std::move(*error));
    }
    return about_path<codec::SetDataRequest>(
        core,
        set_kind,
        path,
        make_call(Opcode::set_data),
        context,
        [&](codec::SetDataRequest& record) {
            record.data = data.bytes();
            record.version = version;
        }
    );
}

AsyncResult<void> delete_node(
    Core& core, std::string_view path, std::int32_t version, const CallContext& context
) {
    if (is_root(core, path)) {
        return core.refused(delete_kind, path, root_cannot_be_deleted());
    }
    return about_path<codec::DeleteRequest>(
        core,
        delete_kind,
        path,
        make_call(Opcode::delete_),
        context,
        [&](codec::DeleteRequest& record) { record.version = version; }
    );
}

AsyncResult<AclsAndStat> get_acls(Core& core, std::string_view path, const CallContext& context) {
    return about_path<codec::GetAclRequest>(
        core, get_acls_kind, path, make_call(Opcode::get_acl), context, [](codec::GetAclRequest&) {}
    );
}

AsyncResult<ZnodeStat> set_acls(
    Core& core,
    std::string_view path,
    const AclList& acls,
    std::int32_t version,
    const CallContext& context
) {
    return about_path<codec::SetAclRequest>(
        core,
        set_acls_kind,
        path,
        make_call(Opcode::set_acl),
        context,
        [&](codec::SetAclRequest& record) {
            record.acl = acls;
            record.version = version;
        }
    );
}

AsyncResult<std::string> sync(Core& core, std::string_view path, const CallContext& context) {
    return about_path<codec::SyncRequest>(
        core, sync_kind, path, make_call(Opcode::sync), context, [](codec::SyncRequest&) {}
    );
}

}  // namespace kazoo::detail::client
