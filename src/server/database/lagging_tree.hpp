// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tree/transaction.hpp"
#include "server/tree/tree.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <utility>

namespace kazoo::server {

/// The tree of one server node of an ensemble, and the queue of transactions that are not applied
/// to it yet. Transactions are applied in zxid order.
class LaggingTree {
public:
    [[nodiscard]] const Tree& tree() const noexcept { return tree_; }

    /// Allocates what the next `push` needs.
    void reserve() {
        if (spare_.empty()) spare_.emplace_back();
    }
    /// Does not allocate after `reserve`.
    void push(std::shared_ptr<const Transaction> transaction) {
        reserve();
        spare_.front() = std::move(transaction);
        pending_.splice(pending_.end(), spare_, spare_.begin());
    }
    [[nodiscard]] bool caught_up() const noexcept { return pending_.empty(); }
    /// Applies the next transaction and returns it. Must not be caught up. If it throws, the
    /// transaction is not applied and still the next one.
    std::shared_ptr<const Transaction> apply_next();
    /// One less than the zxid of the next transaction. Must not be caught up: then Database has the
    /// zxid.
    [[nodiscard]] std::int64_t applied_zxid() const noexcept { return pending_.front()->zxid - 1; }
    /// Returns whether this zxid, at most that of the last transaction pushed, is not applied yet.
    [[nodiscard]] bool lacks(std::int64_t zxid) const noexcept {
        return !pending_.empty() && zxid >= pending_.front()->zxid;
    }

private:
    Tree tree_;
    std::list<std::shared_ptr<const Transaction>> pending_;
    std::list<std::shared_ptr<const Transaction>> spare_;  // an element for `push`, without value
};

}  // namespace kazoo::server
