// SPDX-License-Identifier: Apache-2.0
#include "server/database/lagging_tree.hpp"

#include <utility>

namespace kazoo::server {

std::shared_ptr<const Transaction> LaggingTree::apply_next() {
    std::shared_ptr<const Transaction> next = pending_.front();
    tree_.begin();
    try {
        for (const Effect& effect : next->effects) {
            tree_.apply(effect, next->zxid, next->wall);
        }
    } catch (...) {
        tree_.rollback();
        throw;
    }
    tree_.commit();
    pending_.pop_front();
    return next;
}

}  // namespace kazoo::server
