// SPDX-License-Identifier: Apache-2.0
#include "client/transaction_request.hpp"

#include "client/create_request.hpp"
#include "client/operations.hpp"
#include "client/transaction_reply.hpp"
#include "codec/protocol_numbers.hpp"

#include <array>
#include <cassert>
#include <cstdio>
#include <utility>

namespace kazoo::detail::client {
namespace {

Error bad_arguments(const char* detail) {
    return Error(Errc::bad_arguments, Outcome::not_sent, "", {}, detail);
}

/// Returns a 64-bit FNV-1a hash of the operations as 16 digits. It detects the mistake of using one
/// id for two transactions; it is no protection against an attacker.
std::string checksum_of(const codec::MultiRequest& request) {
    base::Buffer bytes;
    codec::Encoder encoder(bytes);
    encode(encoder, request);
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const auto byte : bytes.span()) {
        hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
    }
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    return std::string(digits.data());
}

}  // namespace

TransactionRequest::TransactionRequest(
    const TransactionSteps& steps, const Chroot& chroot, AclList acl, std::size_t limit
)
    : steps_(steps), chroot_(chroot), acl_(std::move(acl)) {
    body_.ops.reserve(steps.list.size() + 1);
    add_steps();
    if (!error_) {
        check_size(limit);
    }
    if (!error_ && steps.marker) {
        add_marker();
    }
}

void TransactionRequest::add_steps() {
    for (std::size_t i = 0; i < steps_.list.size(); ++i) {
        if (auto reason = add(steps_.list[i])) {
            error_ = transaction_not_sent(steps_, i, std::move(*reason));
            return;
        }
    }
}

/// Appends an operation to the body. Returns the error if it cannot be sent.
std::optional<Error> TransactionRequest::add(const TransactionStep& step) {
    const bool sequence = step.kind == TransactionOp::create && step.options.is_sequence();
    const auto given = step.path_from_null_pointer ? null_path : PathView(step.path);
    const auto& path = paths_.emplace_back(given, chroot_, sequence);
    if (path.error()) {
        return path.error();
    }
    if (step.data_from_null_pointer) {
        return data_is_a_null_pointer();
    }
    const auto at = path.view();
    switch (step.kind) {
        case TransactionOp::create:
            if (step.options.makes_path()) {
                return bad_arguments(
                    "makepath is not possible in a transaction; add the parents as operations"
                );
            }
            if (step.options.is_protected()) {
                return bad_arguments(
                    "a transaction cannot protect its nodes; protect it as a whole with a marker "
                    "(Transaction::protect)"
                );
            }
            if (auto error = refusal_of_options(step.options)) {
                return error;
            }
            body_.ops.push_back(create(step, at));
            break;
        case TransactionOp::delete_:
            if (at == "/") {
                return root_cannot_be_deleted();
            }
            body_.ops.push_back({codec::Opcode::delete_, codec::DeleteRequest{at, step.version}});
            break;
        case TransactionOp::set_data:
            body_.ops.push_back(
                {codec::Opcode::set_data, codec::SetDataRequest{at, step.data, step.version}}
            );
            break;
        case TransactionOp::check:
            body_.ops.push_back({codec::Opcode::check, codec::CheckRequest{at, step.version}});
            break;
    }
    return std::nullopt;
}

codec::MultiOp TransactionRequest::create(const TransactionStep& step, std::string_view path)
    const {
    const auto op = create_opcode(step.options, step.with_stat);
    const auto flags = codec::number(create_mode_of(step.options));
    const auto& acl = step.options.acl() ? *step.options.acl() : acl_;
    if (op == codec::Opcode::create_ttl) {
        const auto ttl = step.options.ttl()->count();
        return {op, codec::CreateTtlRequest{path, step.data, acl, flags, ttl}};
    }
    return {op, codec::CreateRequest{path, step.data, acl, flags}};
}

void TransactionRequest::add_marker() {
    if (auto reason = marker_error(steps_, chroot_)) {
        error_ = transaction_not_sent(steps_, std::nullopt, std::move(*reason));
        return;
    }
    checksum_ = checksum_of(body_);
    marker_.kind = TransactionOp::create;
    marker_.path = marker_path(steps_);
    marker_.data = checksum_;
    marker_.options = steps_.marker->options;
    const auto& path = paths_.emplace_back(marker_.path, chroot_);
    body_.ops.insert(body_.ops.begin(), create(marker_, path.view()));
}

void TransactionRequest::check_size(std::size_t limit) {
    std::size_t size = 0;
    for (const auto& step : steps_.list) {
        size += step.path.size() + (step.data ? step.data->size() : 0);
    }
    if (size > limit) {
        error_ = Error(
            ClientErrc::request_too_large,
            Outcome::not_sent,
            "commit",
            {},
            std::to_string(size) + " bytes of paths and data in " +
                std::to_string(steps_.list.size()) +
                " operations, the limit for a whole request is " + std::to_string(limit)
        );
    }
}

std::string marker_path(const TransactionSteps& steps) {
    assert(steps.marker);
    return join_path(steps.marker->parent, steps.marker->id);
}

std::optional<Error> marker_error(const TransactionSteps& steps, const Chroot& chroot) {
    assert(steps.marker);
    const auto& [parent, id, options, null_parent] = *steps.marker;
    if (null_parent) {
        return bad_arguments("the parent of a marker is a null pointer");
    }
    if (id.empty() || id.find('/') != std::string::npos) {
        return bad_arguments("the id of a marker must be a name without '/'");
    }
    if (options.is_ephemeral() || options.is_sequence() || options.is_container() ||
        options.makes_path() || options.is_protected()) {
        return bad_arguments("a marker must be a plain node or have a time to live");
    }
    if (auto error = refusal_of_options(options)) {
        return error;
    }
    const ServerPath path(marker_path(steps), chroot);
    return path.error();
}

}  // namespace kazoo::detail::client
