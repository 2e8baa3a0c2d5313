// SPDX-License-Identifier: Apache-2.0
#include "server/database/transaction_writer.hpp"

#include <utility>

namespace kazoo::server {

namespace {

template <class List>
void reserve_one(List& list) {
    if (list.size() == list.capacity()) {
        list.reserve(2 * list.size() + 1);
    }
}

}  // namespace

TransactionWriter::TransactionWriter(
    Tree& tree, const Profile& profile, std::int64_t zxid, WallTime wall
)
    : tree_(tree),
      records_acls_(profile.checks_read_for_events()),
      transaction_(std::make_shared<Transaction>()) {
    transaction_->zxid = zxid;
    transaction_->wall = wall;
}

bool TransactionWriter::apply(Effect effect) {
    reserve_one(transaction_->effects);
    reserve_one(transaction_->changes);
    const auto* deletion = std::get_if<DeleteEffect>(&effect);
    if (deletion != nullptr) {
        // Before it is applied: afterwards the node and its ACL are gone.
        const Node* node = tree_.find(deletion->path);
        if (node == nullptr) {
            return false;
        }
        record_change(ChangeType::deleted, *node);
    }
    if (!tree_.apply(effect, transaction_->zxid, transaction_->wall)) {
        if (deletion != nullptr) {
            transaction_->changes.pop_back();
        }
        return false;
    }
    if (const auto* creation = std::get_if<CreateEffect>(&effect)) {
        record_change(ChangeType::created, *tree_.find(creation->path));
    } else if (const auto* setting = std::get_if<SetDataEffect>(&effect)) {
        record_change(ChangeType::data_changed, *tree_.find(setting->path));
    }
    transaction_->effects.push_back(std::move(effect));
    return true;
}

void TransactionWriter::clear() noexcept {
    transaction_->effects.clear();
    transaction_->changes.clear();
}

std::shared_ptr<const Transaction> TransactionWriter::finish() noexcept {
    return std::move(transaction_);
}

void TransactionWriter::record_change(ChangeType type, const Node& node) {
    Change& change = transaction_->changes.emplace_back(Change{type, node.path, nullptr, nullptr});
    if (!records_acls_) {
        return;
    }
    change.acl = tree_.shared_acl(node);
    if (type != ChangeType::data_changed && node.parent != nullptr) {
        change.parent_acl = tree_.shared_acl(*node.parent);
    }
}

}  // namespace kazoo::server
