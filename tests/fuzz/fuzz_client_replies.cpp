// SPDX-License-Identifier: Apache-2.0
// Decodes arbitrary bytes as the replies to transactions, to multi-reads and to the requests of
// which only the client knows what they asked for. Whatever a server sends, there is a result for
// each operation, or one typed error.
#include "client/decode_value.hpp"
#include "client/multi_reads.hpp"
#include "client/transaction_reply.hpp"
#include "fuzz/harness.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::fuzz {
namespace {

using namespace detail::client;

Chroot chroot_of(Input& input) {
    return input.flag() ? Chroot("/app") : Chroot();
}

TransactionSteps steps_of(Input& input) {
    TransactionSteps steps;
    for (auto count = input.below(5); count > 0; --count) {
        TransactionStep step;
        step.kind = input.pick(
            {TransactionOp::create,
             TransactionOp::delete_,
             TransactionOp::set_data,
             TransactionOp::check}
        );
        step.path = "/a";
        step.options.sequence(input.flag());
        step.with_stat = input.flag();
        steps.list.push_back(std::move(step));
    }
    if (input.flag()) {
        steps.marker = TransactionMarker{"/m", "id", CreateOptions(), false};
    }
    return steps;
}

void check_failure(const Error& error, std::size_t size) {
    const auto* const failure = error.transaction();
    if (failure == nullptr) {
        require(error.code() == ClientErrc::protocol_error, "the reply was not understood");
        return;
    }
    require(error.code() == ClientErrc::transaction_failed, "the failure is typed");
    require(error.outcome() == Outcome::not_applied, "what has failed was not applied");
    require(failure->results().size() == size, "each operation has a result");
    require(!failure->index() || *failure->index() < size, "the failed operation exists");
    for (const auto& result : failure->results()) {
        require(!result.successful(), "no operation of a failed transaction was applied");
    }
    if (failure->index()) {
        const auto& failed = failure->results()[*failure->index()];
        require(failed.error() == failure->reason().code(), "the reason is that of its result");
    }
}

void transaction_reply(Input& input) {
    const auto chroot = chroot_of(input);
    const auto steps = steps_of(input);
    const auto body = input.rest_as_text();
    const auto results = read_transaction_reply(steps, body, chroot);
    if (!results) {
        return check_failure(results.failure(), steps.list.size());
    }
    require(results->size() == steps.list.size(), "each operation has a result");
    for (const auto& result : *results) {
        require(result.successful(), "all operations were applied");
        const bool creates = result.kind() == TransactionOp::create;
        require(creates || !result.created_node(), "only creates create");
        require(
            result.kind() != TransactionOp::set_data || result.stat().has_value(),
            "a set has a stat"
        );
    }
}

void multi_read_reply(Input& input) {
    const auto chroot = chroot_of(input);
    Reads reads;
    for (auto count = input.below(5); count > 0; --count) {
        const auto kind = input.flag() ? MultiReadOp::get : MultiReadOp::get_children;
        reads.emplace_back(kind, input.flag() ? "/a" : "/a/../b");
    }
    auto malformed = malformed_reads(reads, chroot);
    const auto body = input.rest_as_text();
    const auto results = read_multi_read_reply(reads, malformed, body);
    if (!results) {
        const bool typed = results.error() == ClientErrc::protocol_error ||
                           results.error() == ClientErrc::response_too_large;
        require(typed && results.failure().outcome() == Outcome::not_applied, "a typed error");
        return;
    }
    require(results->size() == reads.size(), "each read has a result");
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto& result = (*results)[i];
        require(result.kind() == reads[i].first, "of its own kind");
        require(!malformed[i] || !result.successful(), "a malformed path has no value");
        if (result.successful()) {
            result.kind() == MultiReadOp::get ? static_cast<void>(result.node())
                                              : static_cast<void>(result.children());
        }
    }
}

/// Decodes a reply to one request; a lack of memory is reported by an exception.
template <class Value, class Decode>
void one_value(Input& input, Decode decode) {
    const auto chroot = chroot_of(input);
    const auto body = input.rest();
    Value value{};
    try {
        static_cast<void>(decode(ReplyBody(body), chroot, value));
    } catch (const std::length_error&) {
    }
}

template <class Value>
void reply(Input& input) {
    one_value<Value>(input, [](ReplyBody body, const Chroot& chroot, Value& value) {
        return decode_value(body, chroot, value);
    });
}

void paths_reply(Input& input) {
    using Paths = std::vector<std::string>;
    one_value<Paths>(input, [](ReplyBody body, const Chroot& chroot, Paths& paths) {
        return decode_paths(body, chroot, paths);
    });
}

constexpr std::array checks = {
    transaction_reply,
    multi_read_reply,
    paths_reply,
    reply<std::vector<ClientInfo>>,
    reply<std::int32_t>,
    reply<CreatedNode>,
    reply<NodeData>,
    reply<ChildrenAndStat>,
    reply<AclsAndStat>,
};

}  // namespace
}  // namespace kazoo::fuzz

/// The input: a byte that selects the kind of reply, flags of the request, then the bytes of the
/// reply's body.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    const auto check = kazoo::fuzz::checks[input.below(kazoo::fuzz::checks.size())];
    check(input);
    return 0;
}
