#pragma once

#include "server/transaction.hpp"
#include "server/tree.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

namespace kazoo::server {

/// The tree of a member of an ensemble, and the transactions it has been told of and not applied.
class Replica {
public:
    [[nodiscard]] const Tree& tree() const noexcept { return tree_; }

    void push(std::shared_ptr<const Transaction> transaction) {
        ahead_.push_back(std::move(transaction));
    }
    [[nodiscard]] bool caught_up() const noexcept { return ahead_.empty(); }
    /// Applies the next transaction, and gives it. There must be one.
    std::shared_ptr<const Transaction> apply_next();
    /// The zxid before that of the next transaction. There must be one.
    [[nodiscard]] std::int64_t applied_zxid() const noexcept { return ahead_.front()->zxid - 1; }
    /// Whether this zxid, which was told of, has not been applied.
    [[nodiscard]] bool lacks(std::int64_t zxid) const noexcept {
        return !ahead_.empty() && zxid >= ahead_.front()->zxid;
    }

private:
    Tree tree_;
    std::deque<std::shared_ptr<const Transaction>> ahead_;
};

}  // namespace kazoo::server
