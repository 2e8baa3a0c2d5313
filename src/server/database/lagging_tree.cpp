#include "server/database/lagging_tree.hpp"

#include <utility>

namespace kazoo::server {

std::shared_ptr<const Transaction> LaggingTree::apply_next() {
    std::shared_ptr<const Transaction> next = std::move(pending_.front());
    pending_.pop_front();
    for (const Effect& effect : next->effects) {
        tree_.apply(effect, next->zxid, next->wall_ms);
    }
    return next;
}

}  // namespace kazoo::server
