// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/database/database.hpp"
#include "server/database/transaction_writer.hpp"

#include <cassert>
#include <memory>

namespace kazoo::server {

/// A transaction in progress. Unless it is committed, for example because there is no memory for
/// its reply, the tree is restored and the zxid is not used up.
class Database::Write {
public:
    Write(Database& database, Time now)
        : database_(database),
          writer_(database.tree_, database.options_.profile, database.zxid_ + 1, now.wall) {
        assert(!database_.undelivered_);
        database_.tree_.begin();
        for (TransactionListener* listener : database_.listeners_) {
            listener->reserve_transaction();
        }
    }
    ~Write() { database_.tree_.rollback(); }  // does nothing after a commit
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    [[nodiscard]] TransactionWriter& writer() noexcept { return writer_; }

    /// Returns the transaction, to be delivered.
    [[nodiscard]] std::shared_ptr<const Transaction> commit() noexcept {
        database_.tree_.commit();
        ++database_.zxid_;
        database_.undelivered_ = true;
        return writer_.finish();
    }

private:
    Database& database_;
    TransactionWriter writer_;
};

}  // namespace kazoo::server
