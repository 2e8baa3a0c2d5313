// SPDX-License-Identifier: Apache-2.0
#include "client/multi_reads.hpp"

#include "client/operations.hpp"
#include "client/pipelining.hpp"
#include "client/raw_reply.hpp"
#include "client/server_path.hpp"
#include "codec/multi.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace kazoo::detail::client {
namespace {

const OpKind<RawReply> multi_read_kind{"multi_read", copy_reply};

/// Sends the reads that have no error.
AsyncResult<RawReply> send(
    Core& core,
    const Reads& reads,
    const std::vector<std::optional<Error>>& malformed,
    const CallContext& context
) {
    std::deque<ServerPath> paths;  // a deque, because the request views its elements
    codec::MultiRequest request;
    request.ops.reserve(reads.size());
    for (std::size_t i = 0; i < reads.size(); ++i) {
        if (malformed[i]) {
            continue;
        }
        const auto path = paths.emplace_back(*reads[i].second, core.chroot()).view();
        if (reads[i].first == MultiReadOp::get) {
            request.ops.push_back({codec::Opcode::get_data, codec::GetDataRequest{path}});
        } else {
            request.ops.push_back({codec::Opcode::get_children, codec::GetChildrenRequest{path}});
        }
    }
    session::RequestSpec call;
    call.op = codec::Opcode::multi_read;
    if (!core.multi_read_support().present()) {
        call.resend =
            Resend::unsent;  // a lost connection may mean that the server does not know it
    }
    return core.call(multi_read_kind, "", std::move(call), context, request);
}

/// Returns whether an error concerns one node, not the connection or the whole call.
bool concerns_the_node(const Error& error) noexcept {
    return error.code() == Errc::no_node || error.code() == Errc::no_auth ||
           error.code() == Errc::bad_arguments || error.code() == ClientErrc::response_too_large;
}

AsyncResult<MultiReadResult> read_one(
    std::shared_ptr<Core> core,
    MultiReadOp kind,
    std::optional<std::string> given,
    CallContext context
) {
    const std::string_view path = given ? PathView(*given) : null_path;
    try {
        if (kind == MultiReadOp::get) {
            const auto read = get(*core, path, Watcher(), context);
            auto node = co_await direct(read);
            co_return MultiReadResult(kind, std::string(path), std::move(node));
        }
        const auto read = get_children<std::vector<std::string>>(*core, path, Watcher(), context);
        auto children = co_await direct(read);
        co_return MultiReadResult(kind, std::string(path), std::move(children));
    } catch (const KazooException& failed) {
        if (!concerns_the_node(failed.error())) {
            throw;
        }
        co_return MultiReadResult(kind, std::string(path), failed.error());
    }
}

AsyncResult<MultiReadResults> read_singly(
    std::shared_ptr<Core> core, Reads reads, CallContext context
) {
    const auto at_once = most_at_once(*core);
    MultiReadResults results;
    results.reserve(reads.size());
    for (std::size_t first = 0; first < reads.size(); first += at_once) {
        const auto end = std::min(reads.size(), first + at_once);
        std::vector<AsyncResult<MultiReadResult>> singles;
        for (std::size_t i = first; i < end; ++i) {
            singles.push_back(read_one(core, reads[i].first, reads[i].second, context));
        }
        for (const auto& single : singles) {
            auto result = co_await direct(single);
            results.push_back(std::move(result));
        }
    }
    co_return results;
}

}  // namespace

AsyncResult<MultiReadResults> read_many(
    std::shared_ptr<Core> core, Reads reads, CallContext context
) {
    auto malformed = malformed_reads(reads, core->chroot());
    const bool none = std::count(malformed.begin(), malformed.end(), std::nullopt) == 0;
    auto& support = core->multi_read_support();
    RawReply reply;
    if (none) {
        reply = std::make_shared<const std::string>();
    } else if (support.expected()) {
        try {
            const auto sent = send(*core, reads, malformed, context);
            reply = co_await direct(sent);
            support.answered();
        } catch (const KazooException& failed) {
            if (!support.failed(failed.error())) {
                throw;
            }
        }
    }
    if (!reply) {
        const auto single = read_singly(core, std::move(reads), context);
        co_return co_await direct(single);
    }
    auto results = read_multi_read_reply(reads, std::move(malformed), *reply);
    if (!results) {
        throw_error(results.failure());
    }
    co_return std::move(*results);
}

}  // namespace kazoo::detail::client
