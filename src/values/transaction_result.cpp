// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/transaction_result.hpp>

#include <utility>

namespace kazoo {

const Error& detail::no_error() noexcept {
    static const Error none;
    return none;
}

const char* to_string(TransactionOp op) noexcept {
    switch (op) {
        case TransactionOp::create:
            return "create";
        case TransactionOp::delete_:
            return "delete";
        case TransactionOp::set_data:
            return "set_data";
        case TransactionOp::check:
            break;
    }
    return "check";
}

TransactionResult::TransactionResult(TransactionOp kind, std::string path, Value value) noexcept
    : OperationResult(kind, std::move(path), std::move(value)) {}

TransactionFailure::TransactionFailure(
    std::optional<std::size_t> index,
    TransactionOp kind,
    std::string path,
    Error reason,
    TransactionResults results
) noexcept
    : index_(index),
      kind_(kind),
      path_(std::move(path)),
      reason_(std::move(reason)),
      results_(std::move(results)) {}

std::string TransactionResult::created_path() const {
    if (const auto* const path = value_if<std::string>()) {
        return *path;
    }
    if (const auto* const node = value_if<CreatedNode>()) {
        return node->path;
    }
    if (!successful()) {
        throw_error(failure());
    }
    throw_error(Error(
        Errc::bad_arguments,
        Outcome::not_sent,
        "created_path",
        path(),
        std::string("the operation is a ") + to_string(kind()) + ", not a create"
    ));
}

std::optional<CreatedNode> TransactionResult::created_node() const {
    const auto* const node = value_if<CreatedNode>();
    return node != nullptr ? std::optional<CreatedNode>(*node) : std::nullopt;
}

std::optional<ZnodeStat> TransactionResult::stat() const noexcept {
    if (const auto* const node = value_if<CreatedNode>()) {
        return node->stat;
    }
    const auto* const stat = value_if<ZnodeStat>();
    return stat != nullptr ? std::optional<ZnodeStat>(*stat) : std::nullopt;
}

const TransactionFailure& TransactionErrorBase::transaction() const noexcept {
    static const TransactionFailure none(std::nullopt, TransactionOp::check, {}, Error(), {});
    const auto* const failure = error().transaction();
    return failure != nullptr ? *failure : none;
}

}  // namespace kazoo
