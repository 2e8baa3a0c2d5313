// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transaction_steps.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/result.hpp>
#include <kazoo/transaction_result.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace kazoo::detail::client {

/// Decodes the body of the reply to a transaction. Returns the results of its operations, without
/// that of the marker, or transaction_failed, or protocol_error if the body does not answer this
/// transaction.
[[nodiscard]] Result<TransactionResults> read_transaction_reply(
    const TransactionSteps& steps, std::string_view body, const Chroot& chroot
);

/// Returns the results of a transaction that was applied although its reply was lost.
[[nodiscard]] TransactionResults results_without_reply(const TransactionSteps& steps);

/// Returns the error of a transaction of which an operation cannot be sent; `index` is empty if it
/// is the marker.
[[nodiscard]] Error transaction_not_sent(
    const TransactionSteps& steps, std::optional<std::size_t> index, Error reason
);
/// Returns the error of a transaction whose marker was made by other operations.
[[nodiscard]] Error id_is_taken(const TransactionSteps& steps);
/// Returns the reason of that error.
[[nodiscard]] Error foreign_marker();

/// Returns whether a transaction failed because its marker exists.
[[nodiscard]] bool marker_exists(const Error& error) noexcept;

/// Returns what a server needs to support all operations of the transaction; empty if every server
/// does.
[[nodiscard]] const char* transaction_needs(const TransactionSteps& steps) noexcept;

}  // namespace kazoo::detail::client
