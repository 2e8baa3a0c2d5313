// SPDX-License-Identifier: Apache-2.0
#include "server/database/multi_write.hpp"

#include "codec/protocol_numbers.hpp"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace kazoo::server {

namespace {

using codec::MultiOp;
using codec::MultiRequest;
using codec::MultiResponse;
using codec::MultiResult;
using codec::Opcode;

template <class Request>
inline constexpr bool is_read = std::is_same_v<Request, codec::GetDataRequest> ||
                                std::is_same_v<Request, codec::GetChildrenRequest>;

/// The opcode by which Apache's server executes an operation of a multi: for creates the flags
/// decide before the opcode does.
Opcode effective_type(const MultiOp& op, const Profile& profile) noexcept {
    if (const auto* create = std::get_if<codec::CreateTtlRequest>(&op.request)) {
        if (codec::is_ttl_mode(create->flags)) {
            return Opcode::create_ttl;
        }
        const bool container = create->flags == codec::number(codec::CreateMode::container);
        return container ? Opcode::create_container : Opcode::create;
    }
    const auto* create = std::get_if<codec::CreateRequest>(&op.request);
    if (create == nullptr) {
        return op.type;
    }
    if (create->flags == codec::number(codec::CreateMode::container) && !profile.keeper) {
        return Opcode::create_container;
    }
    return profile.types_create2_in_multi() ? op.type : Opcode::create;
}

bool is_well_formed(const MultiOp& op, const Profile& profile) {
    if (op.type != Opcode::check && !profile.supports(op.type)) {
        return false;
    }
    if (const auto* create = std::get_if<codec::CreateRequest>(&op.request)) {
        const bool ttl_flags = codec::is_ttl_mode(create->flags) && !profile.keeper;
        if (ttl_flags ||
            (!codec::is_create_mode(create->flags) && profile.bad_flags_fail_multi())) {
            return false;
        }
    }
    return std::visit(
        [](const auto& request) {
            return !is_read<std::decay_t<decltype(request)>> && request.path.data() != nullptr;
        },
        op.request
    );
}

OperationResult execute_one(
    const WriteContext& context, TransactionWriter& writer, const MultiOp& op
) {
    const Opcode type = effective_type(op, context.options.profile);
    return std::visit(
        [&](const auto& request) -> OperationResult {
            if constexpr (is_read<std::decay_t<decltype(request)>>) {
                return Errc::marshalling_error;  // excluded by decode_multi
            } else {
                return execute(context, writer, type, request);
            }
        },
        op.request
    );
}

MultiResult success(const MultiOp& op, OperationResult&& result) {
    MultiResult success{op.type, 0, {}};
    if (std::holds_alternative<codec::CreateReply>(result.body)) {
        success.type = Opcode::create;
    } else if (std::holds_alternative<codec::Create2Reply>(result.body)) {
        success.type = Opcode::create2;
    }
    std::visit([&](auto& body) { success.body = std::move(body); }, result.body);
    return success;
}

/// The results of a multi whose operation number `failed` had an error: ok for those before it,
/// RuntimeInconsistency for those after it.
MultiResponse failure(std::size_t count, std::size_t failed, Errc err) {
    MultiResponse response;
    response.results.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Errc code = i < failed ? Errc::ok : i == failed ? err : Errc::runtime_inconsistency;
        response.results.push_back(MultiResult::error(static_cast<std::int32_t>(code)));
    }
    return response;
}

}  // namespace

std::optional<MultiRequest> decode_multi(const Profile& profile, std::span<const std::byte> body) {
    MultiRequest request;
    codec::Decoder in(body);
    in.accept_negative_counts();
    in.mark_null_text();
    if (!codec::decode(in, request)) {
        return std::nullopt;
    }
    const bool well_formed =
        std::all_of(request.ops.begin(), request.ops.end(), [&](const MultiOp& op) {
            return is_well_formed(op, profile);
        });
    return well_formed ? std::optional<MultiRequest>(std::move(request)) : std::nullopt;
}

std::optional<MultiResponse> execute_multi(
    const WriteContext& context, TransactionWriter& writer, const MultiRequest& request
) {
    MultiResponse response;
    response.results.reserve(request.ops.size());
    for (const MultiOp& op : request.ops) {
        OperationResult result = execute_one(context, writer, op);
        if (result.err != Errc::ok) {
            writer.tree().rollback();
            writer.clear();
            if (result.err == Errc::marshalling_error) {
                return std::nullopt;
            }
            return failure(request.ops.size(), response.results.size(), result.err);
        }
        response.results.push_back(success(op, std::move(result)));
    }
    return response;
}

}  // namespace kazoo::server
