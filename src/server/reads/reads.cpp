// SPDX-License-Identifier: Apache-2.0
#include "server/reads/reads.hpp"

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/public_types.hpp"
#include "codec/requests.hpp"
#include "server/reads/multi_read.hpp"
#include "server/reads/read_views.hpp"
#include "server/rules/acl_rules.hpp"

#include <kazoo/errors.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace kazoo::server {

namespace {

using codec::Opcode;

/// A read in progress; appends the reply to `out`.
struct Read {
    base::Buffer& out;
    const ReadContext& context;
    std::int32_t xid;
    std::span<const std::byte> body;

    ReadResult fail(Errc err, std::string_view path = {}) const {
        const auto number = static_cast<std::int32_t>(err);
        codec::append_frame(out, codec::ReplyHeader{xid, context.zxid, number});
        return {number, ReadWatch::none, path};
    }

    template <class... Parts>
    void reply(const Parts&... parts) const {
        codec::append_frame(out, codec::ReplyHeader{xid, context.zxid, 0}, parts...);
    }
};

/// Returns false if the request is malformed or its path is null, on which Apache's server fails
/// with MarshallingError.
template <class Request>
bool decode_with_path(const Read& read, Request& request) {
    codec::Decoder in(read.body);
    return codec::decode(in, request) && request.path.data() != nullptr;
}

template <class Request>
ReadWatch requested_watch(const Request& request, ReadWatch watch) noexcept {
    if constexpr (requires { request.watch; }) {
        return request.watch ? watch : ReadWatch::none;
    } else {
        return ReadWatch::none;
    }
}

/// Executes a read that requires an existing, readable node; `reply(node)` appends the reply.
template <class Request, class Reply>
ReadResult read_node(const Read& read, ReadWatch watch, Reply&& reply) {
    Request request;
    if (!decode_with_path(read, request)) {
        return read.fail(Errc::marshalling_error);
    }
    const NodeOrError found = find_readable(read.context, request.path);
    if (found.node == nullptr) {
        return read.fail(found.err, request.path);
    }
    reply(*found.node);
    return {0, requested_watch(request, watch), request.path};
}

ReadResult exists(const Read& read) {
    codec::ExistsRequest request;
    if (!decode_with_path(read, request)) {
        return read.fail(Errc::marshalling_error);
    }
    if (request.path.find('\0') != std::string_view::npos) {
        return read.fail(Errc::bad_arguments, request.path);
    }
    const Tree& tree = read.context.tree;
    const Node* node = tree.find(request.path);
    const ReadWatch watch = requested_watch(request, ReadWatch::data);
    if (node == nullptr) {
        ReadResult missing = read.fail(Errc::no_node, request.path);
        missing.watch = watch;
        return missing;
    }
    if (read.context.profile.checks_read_for_exists() &&
        !allowed(tree.acl(*node), Permissions::read, read.context.identities)) {
        return read.fail(Errc::no_auth, request.path);
    }
    read.reply(tree.stat(*node));
    return {0, watch, request.path};
}

ReadResult get_acl(const Read& read) {
    codec::GetAclRequest request;
    if (!decode_with_path(read, request)) {
        return read.fail(Errc::marshalling_error);
    }
    const Tree& tree = read.context.tree;
    const Node* node = tree.find(request.path);
    if (node == nullptr) {
        return read.fail(Errc::no_node, request.path);
    }
    const AclList& acl = tree.acl(*node);
    const auto may = [&](std::int32_t perms) {
        return !read.context.profile.protects_acls() ||
               allowed(acl, perms, read.context.identities);
    };
    if (!may(Permissions::read | Permissions::admin)) {
        return read.fail(Errc::no_auth, request.path);
    }
    if (may(Permissions::admin)) {
        read.reply(ListView<AclList>{acl}, tree.stat(*node));
    } else {
        const AclList shown = redacted(acl);
        read.reply(ListView<AclList>{shown}, tree.stat(*node));
    }
    return {0, ReadWatch::none, request.path};
}

bool is_blank(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

ReadResult get_ephemerals(const Read& read) {
    codec::GetEphemeralsRequest request;
    codec::Decoder in(read.body);
    if (!codec::decode(in, request)) {
        return read.fail(Errc::marshalling_error);
    }
    std::vector<std::string> paths = read.context.tree.ephemerals(read.context.session);
    const std::string_view prefix = request.prefix_path;
    // A blank prefix selects all nodes, as in Apache's server.
    if (!is_blank(prefix)) {
        const auto outside = [prefix](const std::string& path) {
            return std::string_view(path).substr(0, prefix.size()) != prefix;
        };
        paths.erase(std::remove_if(paths.begin(), paths.end(), outside), paths.end());
    }
    read.reply(ListView<std::vector<std::string>>{paths});
    return {0, ReadWatch::none, prefix};
}

ReadResult multi_read(const Read& read) {
    if (!append_multi_read(read.out, read.context, read.xid, read.body)) {
        return read.fail(Errc::marshalling_error);
    }
    return {};
}

}  // namespace

bool is_read(Opcode op) noexcept {
    switch (op) {
        case Opcode::exists:
        case Opcode::get_data:
        case Opcode::get_acl:
        case Opcode::get_children:
        case Opcode::get_children2:
        case Opcode::get_ephemerals:
        case Opcode::get_all_children_number:
        case Opcode::multi_read:
            return true;
        default:
            return false;
    }
}

ReadResult append_read(
    base::Buffer& out,
    const ReadContext& context,
    Opcode op,
    std::int32_t xid,
    std::span<const std::byte> body
) {
    const Read read{out, context, xid, body};
    const Tree& tree = context.tree;
    switch (op) {
        case Opcode::exists:
            return exists(read);
        case Opcode::get_data:
            return read_node<codec::GetDataRequest>(read, ReadWatch::data, [&](const Node& node) {
                read.reply(DataView{node.data}, tree.stat(node));
            });
        case Opcode::get_acl:
            return get_acl(read);
        case Opcode::get_children:
            return read_node<codec::GetChildrenRequest>(
                read, ReadWatch::child, [&](const Node& node) { read.reply(ChildrenView{node}); }
            );
        case Opcode::get_children2:
            return read_node<codec::GetChildren2Request>(
                read,
                ReadWatch::child,
                [&](const Node& node) { read.reply(ChildrenView{node}, tree.stat(node)); }
            );
        case Opcode::get_ephemerals:
            return get_ephemerals(read);
        case Opcode::get_all_children_number:
            return read_node<codec::GetAllChildrenNumberRequest>(
                read,
                ReadWatch::none,
                [&](const Node& node) { read.reply(NumberView{tree.count_descendants(node)}); }
            );
        case Opcode::multi_read:
            return multi_read(read);
        default:
            return read.fail(Errc::unimplemented);
    }
}

std::string_view path_of(Opcode op, std::span<const std::byte> body) noexcept {
    switch (op) {
        case Opcode::create:
        case Opcode::create2:
        case Opcode::create_container:
        case Opcode::create_ttl:
        case Opcode::delete_:
        case Opcode::delete_container:
        case Opcode::exists:
        case Opcode::get_data:
        case Opcode::set_data:
        case Opcode::get_acl:
        case Opcode::set_acl:
        case Opcode::get_children:
        case Opcode::get_children2:
        case Opcode::get_all_children_number:
        case Opcode::get_ephemerals:
        case Opcode::sync:
        case Opcode::check:
        case Opcode::check_watches:
        case Opcode::remove_watches:
        case Opcode::add_watch:
            return codec::Decoder(body).ustring();  // it is the first field of all these requests
        default:
            return {};
    }
}

}  // namespace kazoo::server
