// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/call_options.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/transaction_result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::detail::client {

/// One operation of a transaction, as the caller gave it. Checked when the transaction is
/// committed.
struct TransactionStep {
    TransactionOp kind = TransactionOp::check;
    std::string path;
    bool path_from_null_pointer = false;
    std::optional<std::string> data;  ///< of create and set_data; nullopt: null data
    bool data_from_null_pointer = false;
    std::int32_t version = -1;  ///< of delete, set_data and check
    CreateOptions options;      ///< of create, with the next
    bool with_stat = false;
};

/// The arguments of Transaction::protect.
struct TransactionMarker {
    std::string parent;
    std::string id;
    CreateOptions options;
    bool parent_from_null_pointer = false;
};

/// The operations of a Transaction. Shared by its copies and by the commits in progress; constant
/// while it is shared.
class TransactionSteps final : public RefCounted {
public:
    TransactionSteps() = default;
    TransactionSteps(const TransactionSteps& other)
        : RefCounted(), list(other.list), marker(other.marker) {}
    TransactionSteps& operator=(const TransactionSteps&) = delete;

    std::vector<TransactionStep> list;
    std::optional<TransactionMarker> marker;
};

}  // namespace kazoo::detail::client
