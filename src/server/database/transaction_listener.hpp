// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tree/transaction.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::server {

/// Receives the transactions of a Database, in zxid order: each server node, so that all servers of
/// an ensemble apply them and fire their watches. The functions must not call functions that change
/// the database.
class TransactionListener {
public:
    virtual ~TransactionListener() = default;
    virtual void on_transaction(const std::shared_ptr<const Transaction>& transaction) = 0;
    /// A transaction may follow. Allocates what on_transaction needs in order not to lose it.
    virtual void reserve_transaction() {}
    /// The session continues on a connection of another listener: close the one here, if any.
    virtual void on_session_moved(std::int64_t /*session*/) {}
};

}  // namespace kazoo::server
