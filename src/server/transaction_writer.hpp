#pragma once

#include "server/profile.hpp"
#include "server/transaction.hpp"
#include "server/tree.hpp"

#include <cstdint>
#include <memory>

namespace kazoo::server {

/// Carries effects out on a tree, one after the other, and writes down the transaction that they
/// make, with what watches have to know of each.
class TransactionWriter {
public:
    TransactionWriter(Tree& tree, const Profile& profile, std::int64_t zxid, std::int64_t wall_ms);

    [[nodiscard]] Tree& tree() noexcept { return tree_; }

    /// False, and nothing is written, if the tree refuses it.
    bool carry_out(Effect effect);
    /// Forgets the effects, which the caller has undone on the tree: the zxid remains used up.
    void clear() noexcept;
    void close_session(std::int64_t id) noexcept { transaction_->closed_session = id; }

    [[nodiscard]] std::shared_ptr<const Transaction> finish() noexcept;

private:
    void note(ChangeType type, const Node& node);

    Tree& tree_;
    bool notes_acls_;
    std::shared_ptr<Transaction> transaction_;
};

}  // namespace kazoo::server
