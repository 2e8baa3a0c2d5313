#pragma once

#include "server/tree/transaction.hpp"
#include "server/tree/tree.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

namespace kazoo::server {

/// The tree of one member of an ensemble, and the queue of transactions that are not applied to it
/// yet. Transactions are applied in zxid order.
class Replica {
public:
    [[nodiscard]] const Tree& tree() const noexcept { return tree_; }

    void push(std::shared_ptr<const Transaction> transaction) {
        ahead_.push_back(std::move(transaction));
    }
    [[nodiscard]] bool caught_up() const noexcept { return ahead_.empty(); }
    /// Applies the next transaction and returns it. Must not be caught up.
    std::shared_ptr<const Transaction> apply_next();
    /// One less than the zxid of the next transaction. Must not be caught up: then State has the
    /// zxid.
    [[nodiscard]] std::int64_t applied_zxid() const noexcept { return ahead_.front()->zxid - 1; }
    /// Returns whether this zxid, at most that of the last transaction pushed, is not applied yet.
    [[nodiscard]] bool lacks(std::int64_t zxid) const noexcept {
        return !ahead_.empty() && zxid >= ahead_.front()->zxid;
    }

private:
    Tree tree_;
    std::deque<std::shared_ptr<const Transaction>> ahead_;
};

}  // namespace kazoo::server
