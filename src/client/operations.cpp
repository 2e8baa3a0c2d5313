// SPDX-License-Identifier: Apache-2.0
#include "client/operations.hpp"

#include "client/create_request.hpp"
#include "client/decode_value.hpp"
#include "client/one_request.hpp"
#include "codec/protocol_numbers.hpp"
#include "codec/requests.hpp"

#include <type_traits>

namespace kazoo::detail::client {
namespace {

using codec::Opcode;
using session::WatchKind;

/// Replies to all of these requests begin with the path.
template <class T, Opcode op, class Record = codec::CreateRequest>
constexpr OneRequest<Record, T> create_request{
    {"create", decode_value, nullptr, needs_text(op)}, op};

constexpr OneRequest<codec::ExistsRequest, std::optional<ZnodeStat>> exists_request{
    {"exists", decode_value, [](const std::error_code& error) { return error == Errc::no_node; }}};

constexpr OneRequest<codec::GetDataRequest, NodeData> get_request{{"get", decode_value}};

template <class T>
using ChildrenRecord = std::conditional_t<
    std::is_same_v<T, ChildrenAndStat>,
    codec::GetChildren2Request,
    codec::GetChildrenRequest>;
template <class T>
constexpr OneRequest<ChildrenRecord<T>, T> get_children_request{
    {"get_children", decode_value}, ChildrenRecord<T>::opcode, WatchKind::child};

constexpr OneRequest<codec::SetDataRequest, ZnodeStat> set_request{{"set", decode_value}};
constexpr OneRequest<codec::DeleteRequest, void> delete_request{{"delete"}};
constexpr OneRequest<codec::GetAclRequest, AclsAndStat> get_acls_request{
    {"get_acls", decode_value}};
constexpr OneRequest<codec::SetAclRequest, ZnodeStat> set_acls_request{{"set_acls", decode_value}};
constexpr OneRequest<codec::SyncRequest, std::string> sync_request{{"sync", decode_value}};

/// Checks data before it is copied into a frame. Returns the error if it cannot be sent.
std::optional<Error> refusal_of(const Core& core, const DataView& data) {
    if (data.from_null_pointer()) {
        return data_is_a_null_pointer();
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

}  // namespace

bool is_root(const Core& core, std::string_view path) {
    const bool slashes = !path.empty() && path.find_first_not_of('/') == std::string_view::npos;
    return slashes && core.chroot().empty();
}

Error root_cannot_be_deleted() {
    return Error(Errc::bad_arguments, Outcome::not_sent, "", {}, "the root node cannot be deleted");
}

Error data_is_a_null_pointer() {
    return Error(
        Errc::bad_arguments,
        Outcome::not_sent,
        "",
        {},
        "the data is a null pointer; write std::nullopt for null data"
    );
}

template <class T>
AsyncResult<T> create(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
) {
    auto error = refusal_of_options(options);
    if (!error) {
        error = refusal_of(core, data);
    }
    if (error) {
        return core.refused(create_request<T, Opcode::create>.kind, path, std::move(*error));
    }
    const auto begin = [&]<class Record>(const OneRequest<Record, T>& request) {
        const auto fill = [&](Record& record) {
            record.data = data.bytes();
            record.acl = acl;
            record.flags = codec::number(create_mode_of(options));
            if constexpr (std::is_same_v<Record, codec::CreateTtlRequest>) {
                record.ttl_ms = options.ttl()->count();
            }
        };
        return issue(core, request, path, context, fill, options.is_sequence());
    };
    switch (create_opcode(options, std::is_same_v<T, CreatedNode>)) {
        case Opcode::create2:
            return begin(create_request<T, Opcode::create2>);
        case Opcode::create_container:
            return begin(create_request<T, Opcode::create_container>);
        case Opcode::create_ttl:
            return begin(create_request<T, Opcode::create_ttl, codec::CreateTtlRequest>);
        default:
            return begin(create_request<T, Opcode::create>);
    }
}
template AsyncResult<std::string> create(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
);
template AsyncResult<CreatedNode> create(
    Core& core,
    std::string_view path,
    const DataView& data,
    const CreateOptions& options,
    const AclList& acl,
    const CallContext& context
);

AsyncResult<std::optional<ZnodeStat>> exists(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return issue(core, exists_request, path, watch, context);
}

AsyncResult<NodeData> get(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return issue(core, get_request, path, watch, context);
}

template <class T>
AsyncResult<T> get_children(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
) {
    return issue(core, get_children_request<T>, path, watch, context);
}
template AsyncResult<std::vector<std::string>> get_children(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
);
template AsyncResult<ChildrenAndStat> get_children(
    Core& core, std::string_view path, const Watcher& watch, const CallContext& context
);

AsyncResult<ZnodeStat> set(
    Core& core,
    std::string_view path,
    const DataView& data,
    std::int32_t version,
    const CallContext& context
) {
    if (auto error = refusal_of(core, data)) {
        return core.refused(set_request.kind, path, std::move(*error));
    }
    return issue(core, set_request, path, context, [&](codec::SetDataRequest& record) {
        record.data = data.bytes();
        record.version = version;
    });
}

AsyncResult<void> delete_node(
    Core& core, std::string_view path, std::int32_t version, const CallContext& context
) {
    if (is_root(core, path)) {
        return core.refused(delete_request.kind, path, root_cannot_be_deleted());
    }
    return issue(core, delete_request, path, context, [&](codec::DeleteRequest& record) {
        record.version = version;
    });
}

AsyncResult<AclsAndStat> get_acls(Core& core, std::string_view path, const CallContext& context) {
    return issue(core, get_acls_request, path, context);
}

AsyncResult<ZnodeStat> set_acls(
    Core& core,
    std::string_view path,
    const AclList& acls,
    std::int32_t version,
    const CallContext& context
) {
    return issue(core, set_acls_request, path, context, [&](codec::SetAclRequest& record) {
        record.acl = acls;
        record.version = version;
    });
}

AsyncResult<std::string> sync(Core& core, std::string_view path, const CallContext& context) {
    return issue(core, sync_request, path, context);
}

}  // namespace kazoo::detail::client
