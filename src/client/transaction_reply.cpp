// SPDX-License-Identifier: Apache-2.0
#include "client/transaction_reply.hpp"

#include "client/create_request.hpp"
#include "client/error_text.hpp"
#include "client/transaction_request.hpp"
#include "codec/decoder.hpp"
#include "codec/multi.hpp"
#include "codec/protocol_numbers.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace kazoo::detail::client {
namespace {

using codec::MultiResult;
using codec::Opcode;
using Value = TransactionResult::Value;

constexpr auto not_executed = codec::number(Errc::runtime_inconsistency);

Error undecodable() {
    return Error(
        ClientErrc::protocol_error,
        Outcome::unknown,
        "commit",
        {},
        "the server's reply does not answer the operations of the transaction"
    );
}

const char* needs_of(const TransactionStep& step) noexcept {
    return step.kind == TransactionOp::create
               ? needs_text(create_opcode(step.options, step.with_stat))
               : "";
}

/// Returns the value of an operation that was applied; nothing if the result is of another kind.
/// Servers decide whether the result of a create contains a stat.
std::optional<Value> value_of(
    const TransactionStep& step, MultiResult&& result, const Chroot& chroot
) {
    switch (step.kind) {
        case TransactionOp::create:
            if (auto* const plain = std::get_if<codec::CreateReply>(&result.body)) {
                return Value(std::in_place_type<std::string>, chroot.strip(plain->path));
            }
            if (auto* const node = std::get_if<codec::Create2Reply>(&result.body)) {
                return Value(CreatedNode{chroot.strip(node->path), node->stat});
            }
            return std::nullopt;
        case TransactionOp::set_data:
            if (const auto* const reply = std::get_if<codec::StatReply>(&result.body)) {
                return Value(reply->stat);
            }
            return std::nullopt;
        case TransactionOp::delete_:
            return result.type == Opcode::delete_ ? std::optional<Value>(Value()) : std::nullopt;
        case TransactionOp::check:
            break;
    }
    return result.type == Opcode::check ? std::optional<Value>(Value()) : std::nullopt;
}

/// Returns the error of an operation with this code in its result. None has been applied, whatever
/// the code is.
Error error_of(const TransactionStep& step, std::int32_t err, const Chroot& chroot) {
    std::error_code code = codec::errc(err);
    if (err == 0) {
        code = ClientErrc::rolled_back;
    }
    std::string text;
    if (code == Errc::no_node) {
        text = missing_chroot_text(to_string(step.kind), step.path, chroot);
    } else if (code == Errc::unimplemented) {
        text = needs_of(step);
    }
    return Error(code, Outcome::not_applied, to_string(step.kind), step.path, std::move(text));
}

TransactionStep marker_step(const TransactionSteps& steps) {
    TransactionStep step;
    step.kind = TransactionOp::create;
    step.path = marker_path(steps);
    step.options = steps.marker->options;
    return step;
}

/// Returns transaction_failed. Its outcome is that of the reason.
Error failure(
    const TransactionSteps& steps,
    std::optional<std::size_t> index,
    Error reason,
    TransactionResults results
) {
    const auto step = index ? steps.list[*index] : marker_step(steps);
    reason.operation(to_string(step.kind)).path(step.path);
    std::string which = "the marker of the transaction";
    if (index) {
        which =
            "operation " + std::to_string(*index + 1) + " of " + std::to_string(steps.list.size());
    }
    Error error(
        ClientErrc::transaction_failed,
        reason.outcome(),
        "commit",
        step.path,
        which + ": " + reason.message()
    );
    return error.transaction(std::make_shared<const TransactionFailure>(
        index, step.kind, step.path, std::move(reason), std::move(results)
    ));
}

/// Returns the results of operations none of which was executed.
TransactionResults none_executed(const TransactionSteps& steps, Outcome outcome) {
    TransactionResults results;
    results.reserve(steps.list.size());
    for (const auto& step : steps.list) {
        Error error(Errc::runtime_inconsistency, outcome, to_string(step.kind), step.path);
        results.emplace_back(step.kind, step.path, std::move(error));
    }
    return results;
}

/// The results of a transaction that failed are all errors. `first` is that of the first operation;
/// one of the marker may precede it.
Error read_failure(
    const TransactionSteps& steps, const std::vector<MultiResult>& all, const Chroot& chroot
) {
    const auto failed = std::find_if(all.begin(), all.end(), [](const MultiResult& result) {
        return result.err != 0 && result.err != not_executed;
    });
    if (failed == all.end()) {
        return undecodable();
    }
    const std::size_t markers = steps.marker ? 1 : 0;
    TransactionResults results;
    results.reserve(steps.list.size());
    for (std::size_t i = 0; i < steps.list.size(); ++i) {
        const auto& step = steps.list[i];
        results.emplace_back(step.kind, step.path, error_of(step, all[i + markers].err, chroot));
    }
    const auto at = static_cast<std::size_t>(std::distance(all.begin(), failed));
    if (at < markers) {
        return failure(
            steps,
            std::nullopt,
            error_of(marker_step(steps), failed->err, chroot),
            std::move(results)
        );
    }
    auto reason = results[at - markers].failure();
    return failure(steps, at - markers, std::move(reason), std::move(results));
}

}  // namespace

Result<TransactionResults> read_transaction_reply(
    const TransactionSteps& steps, std::string_view body, const Chroot& chroot
) {
    const std::size_t markers = steps.marker ? 1 : 0;
    const auto expected = steps.list.size() + markers;
    codec::Decoder decoder(std::as_bytes(std::span(body.data(), body.size())));
    codec::MultiResponse response;
    if (!codec::decode(decoder, response, expected) || response.results.size() != expected) {
        return undecodable();
    }
    const auto errors = std::count_if(
        response.results.begin(),
        response.results.end(),
        [](const MultiResult& result) { return result.type == Opcode::error; }
    );
    if (errors > 0) {
        const bool all = static_cast<std::size_t>(errors) == expected;
        return all ? read_failure(steps, response.results, chroot) : undecodable();
    }
    TransactionResults results;
    results.reserve(steps.list.size());
    for (std::size_t i = 0; i < steps.list.size(); ++i) {
        const auto& step = steps.list[i];
        auto value = value_of(step, std::move(response.results[i + markers]), chroot);
        if (!value) {
            return undecodable();
        }
        results.emplace_back(step.kind, step.path, std::move(*value));
    }
    return results;
}

TransactionResults results_without_reply(const TransactionSteps& steps) {
    TransactionResults results;
    results.reserve(steps.list.size());
    for (const auto& step : steps.list) {
        Value value;
        if (step.kind == TransactionOp::create) {
            value.emplace<std::string>(
                step.options.is_sequence() ? std::string() : normalize_path(step.path)
            );
        }
        results.emplace_back(step.kind, step.path, std::move(value)).reply_lost(true);
    }
    return results;
}

Error transaction_not_sent(
    const TransactionSteps& steps, std::optional<std::size_t> index, Error reason
) {
    auto results = none_executed(steps, Outcome::not_sent);
    if (index) {
        const auto& step = steps.list[*index];
        auto error = Error(reason).operation(to_string(step.kind)).path(step.path);
        results[*index] = TransactionResult(step.kind, step.path, std::move(error));
    }
    return failure(steps, index, std::move(reason), std::move(results));
}

Error id_is_taken(const TransactionSteps& steps) {
    return failure(
        steps, std::nullopt, foreign_marker(), none_executed(steps, Outcome::not_applied)
    );
}

Error foreign_marker() {
    return Error(
        Errc::node_exists,
        Outcome::not_applied,
        "create",
        {},
        "the marker was made by other operations: choose an id that no other transaction has"
    );
}

bool marker_exists(const Error& error) noexcept {
    const auto* const failed = error.transaction();
    return failed != nullptr && !failed->index() && failed->reason().code() == Errc::node_exists;
}

const char* transaction_needs(const TransactionSteps& steps) noexcept {
    const char* most = "";
    for (const auto& step : steps.list) {
        const char* const needs = needs_of(step);
        if (*needs != '\0') {
            most = needs;
        }
    }
    return most;
}

}  // namespace kazoo::detail::client
