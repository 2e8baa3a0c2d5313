// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"

#include <kazoo/transaction.hpp>

#include <string>
#include <vector>

namespace tool {

/// Adds an operation, such as {"create", "/a", "x"}, to a transaction. Throws UsageError if the
/// words are none.
void add_operation(
    const Session& session, kazoo::Transaction& transaction, const std::vector<std::string>& words
);

/// Commits a transaction and writes the results. Throws as Transaction::commit does.
void commit(const Session& session, kazoo::Transaction& transaction);

}  // namespace tool
