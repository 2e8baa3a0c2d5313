// SPDX-License-Identifier: Apache-2.0
// How the results of a multi_read are assigned to its reads.
#include "client/decode_value.hpp"
#include "client/multi_reads.hpp"
#include "client/server_path.hpp"
#include "codec/decoder.hpp"
#include "codec/multi.hpp"
#include "codec/protocol_numbers.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace kazoo::detail::client {
namespace {

using ReadValue = MultiReadResult::Value;

Error of_reply(ClientErrc code, const char* detail) {
    return Error(code, Outcome::not_applied, "multi_read", {}, detail);
}

/// Returns the value of a read; nothing if the result is of another kind.
std::optional<ReadValue> value_of(
    MultiReadOp kind, const std::string& path, codec::MultiResult&& result
) {
    if (result.type == codec::Opcode::error) {
        return ReadValue(Error(codec::errc(result.err), Outcome::not_applied, to_string(kind), path)
        );
    }
    if (kind == MultiReadOp::get_children) {
        auto* const reply = std::get_if<codec::GetChildrenReply>(&result.body);
        return reply != nullptr ? std::optional<ReadValue>(std::move(reply->children))
                                : std::nullopt;
    }
    auto* const reply = std::get_if<codec::GetDataReply>(&result.body);
    if (reply == nullptr) {
        return std::nullopt;
    }
    NodeData node;
    node.null_data = !reply->data;
    node.data = std::move(reply->data).value_or(std::string());
    node.stat = reply->stat;
    return ReadValue(std::move(node));
}

}  // namespace

std::vector<std::optional<Error>> malformed_reads(const Reads& reads, const Chroot& chroot) {
    std::vector<std::optional<Error>> errors(reads.size());
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto& [kind, path] = reads[i];
        const ServerPath server_path(path ? PathView(*path) : null_path, chroot);
        if (server_path.error()) {
            errors[i] = Error(*server_path.error())
                            .operation(to_string(kind))
                            .path(path.value_or(std::string()));
        }
    }
    return errors;
}

Result<MultiReadResults> read_multi_read_reply(
    const Reads& reads, std::vector<std::optional<Error>> malformed, std::string_view body
) {
    const auto sent = std::count(malformed.begin(), malformed.end(), std::nullopt);
    codec::Decoder decoder(std::as_bytes(std::span(body.data(), body.size())));
    decoder.limit_memory(list_memory(body.size()));
    codec::MultiResponse response;
    const bool good = sent == 0 || codec::decode(decoder, response, static_cast<std::size_t>(sent));
    if (decoder.too_large()) {
        return of_reply(
            ClientErrc::response_too_large,
            "its lists would need more than four times their encoded size in memory"
        );
    }
    const auto unanswered =
        of_reply(ClientErrc::protocol_error, "the server's reply does not answer the reads");
    if (!good || response.results.size() != static_cast<std::size_t>(sent)) {
        return unanswered;
    }
    MultiReadResults results;
    results.reserve(reads.size());
    auto next = response.results.begin();
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto kind = reads[i].first;
        const auto path = reads[i].second.value_or(std::string());
        if (malformed[i]) {
            results.emplace_back(kind, path, std::move(*malformed[i]));
            continue;
        }
        auto value = value_of(kind, path, std::move(*next++));
        if (!value) {
            return unanswered;
        }
        results.emplace_back(kind, path, std::move(*value));
    }
    return results;
}

}  // namespace kazoo::detail::client
