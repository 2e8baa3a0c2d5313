// SPDX-License-Identifier: Apache-2.0
#include "server/reads/multi_read.hpp"

#include "codec/frame.hpp"
#include "codec/multi.hpp"
#include "codec/protocol_numbers.hpp"
#include "server/reads/read_views.hpp"

#include <algorithm>
#include <variant>

namespace kazoo::server {

namespace {

using codec::MultiHeader;
using codec::MultiOp;
using codec::Opcode;

/// The path of a read; a null view for any other operation.
std::string_view read_path(const MultiOp& op) noexcept {
    if (const auto* data = std::get_if<codec::GetDataRequest>(&op.request)) {
        return data->path;
    }
    if (const auto* children = std::get_if<codec::GetChildrenRequest>(&op.request)) {
        return children->path;
    }
    return {};
}

bool is_read(const MultiOp& op) noexcept {
    return std::holds_alternative<codec::GetDataRequest>(op.request) ||
           std::holds_alternative<codec::GetChildrenRequest>(op.request);
}

/// Apache's server does not decode a mixture of reads and writes, nor, in recent releases, a create
/// with invalid flags.
bool is_of_one_kind(const codec::MultiRequest& request, const Profile& profile) {
    return std::all_of(request.ops.begin(), request.ops.end(), [&](const MultiOp& op) {
        const auto* create = std::get_if<codec::CreateRequest>(&op.request);
        const bool bad_flags = create != nullptr && !codec::is_create_mode(create->flags);
        return is_read(op) == is_read(request.ops.front()) &&
               !(bad_flags && profile.bad_flags_fail_multi());
    });
}

/// Appends one result. A failed read does not affect the others.
void encode_result(codec::Encoder& out, const ReadContext& context, const MultiOp& op) {
    const NodeOrError found = find_readable(context, read_path(op));
    if (found.node == nullptr) {
        const auto err = static_cast<std::int32_t>(found.err);
        encode(out, MultiHeader{Opcode::error, false, err});
        encode(out, codec::ErrorResponse{err});
        return;
    }
    encode(out, MultiHeader{op.type, false, 0});
    if (op.type == Opcode::get_data) {
        encode(out, DataView{found.node->data});
        encode(out, context.tree.stat(*found.node));
    } else {
        encode(out, ChildrenView{*found.node});
    }
}

}  // namespace

bool append_multi_read(
    base::Buffer& out, const ReadContext& context, std::int32_t xid, std::span<const std::byte> body
) {
    codec::MultiRequest request;
    codec::Decoder in(body);
    in.accept_negative_counts();
    if (!codec::decode(in, request) || !is_of_one_kind(request, context.profile)) {
        return false;
    }
    // Apache's server fails at the first operation that is not a read with a path; its reply has
    // the error in the header and the results up to there in the body.
    const auto end = std::find_if(request.ops.begin(), request.ops.end(), [](const auto& op) {
        return read_path(op).data() == nullptr;
    });
    const Errc err = end == request.ops.end() ? Errc::ok : Errc::marshalling_error;
    const std::size_t start = out.size();
    codec::FrameWriter writer(out);
    const auto number = static_cast<std::int32_t>(err);
    encode(writer.encoder(), codec::ReplyHeader{xid, context.zxid, number});
    for (auto op = request.ops.begin(); op != end; ++op) {
        encode_result(writer.encoder(), context, *op);
        if (out.size() - start > context.max_multi_reply) {
            return false;
        }
    }
    encode(writer.encoder(), MultiHeader{Opcode::error, true, -1});
    return writer.finish(codec::max_frame_length).size != 0;
}

}  // namespace kazoo::server
