// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuzz/harness.hpp"
#include "server/database/database.hpp"

#include <memory>

namespace kazoo::fuzz {

/// A tree built only from transactions; it must equal Database's.
class Mirror final : public server::TransactionListener {
public:
    explicit Mirror(server::Database& state) : state_(state), zxid_(state.zxid()) {
        state.attach(*this);
    }
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;
    ~Mirror() override { state_.detach(*this); }

    void on_transaction(const std::shared_ptr<const server::Transaction>& transaction) override {
        require(transaction->zxid == zxid_ + 1, "zxids have no gaps");
        zxid_ = transaction->zxid;
        for (const server::Effect& effect : transaction->effects) {
            require(
                tree_.apply(effect, transaction->zxid, transaction->wall),
                "every effect can be carried out"
            );
        }
    }

    void compare() const {
        const server::Tree& other = state_.tree();
        require(tree_.node_count() == other.node_count(), "as many nodes");
        const server::Node* root = tree_.find("/");
        for (const server::Node* node = root; node != nullptr;
             node = server::next_below(*root, node)) {
            const server::Node* twin = other.find(node->path);
            require(twin != nullptr, "the same paths");
            require(tree_.stat(*node) == other.stat(*twin), "the same stats");
            require(node->data == twin->data, "the same data");
            require(tree_.acl(*node) == other.acl(*twin), "the same ACLs");
            require(tree_.children(*node) == other.children(*twin), "the same children");
        }
    }

private:
    server::Database& state_;
    server::Tree tree_;
    std::int64_t zxid_;
};

}  // namespace kazoo::fuzz
