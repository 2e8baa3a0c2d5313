// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/profile.hpp"
#include "server/rules/time.hpp"
#include "server/tree/transaction.hpp"
#include "server/tree/tree.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::server {

/// Applies effects to a tree, one at a time, and records them as a transaction, with the changes
/// that watches need.
class TransactionWriter {
public:
    TransactionWriter(Tree& tree, const Profile& profile, std::int64_t zxid, WallTime wall);

    [[nodiscard]] Tree& tree() noexcept { return tree_; }

    /// Applies and records an effect. Returns false, and does neither, if the tree rejects it. If
    /// it throws, the effect may be applied but not recorded: the caller rolls back the tree.
    bool apply(Effect effect);
    /// Discards the effects, which the caller has rolled back on the tree. The transaction keeps
    /// its zxid.
    void clear() noexcept;
    /// Records that the transaction closes this session.
    void close_session(std::int64_t id) noexcept { transaction_->closed_session = id; }

    /// Returns the transaction. The writer cannot be used afterwards.
    [[nodiscard]] std::shared_ptr<const Transaction> finish() noexcept;

private:
    void record_change(ChangeType type, const Node& node);

    Tree& tree_;
    bool records_acls_;
    std::shared_ptr<Transaction> transaction_;
};

}  // namespace kazoo::server
