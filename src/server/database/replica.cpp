#include "server/database/replica.hpp"

#include <utility>

namespace kazoo::server {

std::shared_ptr<const Transaction> Replica::apply_next() {
    std::shared_ptr<const Transaction> next = std::move(ahead_.front());
    ahead_.pop_front();
    for (const Effect& effect : next->effects) {
        tree_.apply(effect, next->zxid, next->wall_ms);
    }
    return next;
}

}  // namespace kazoo::server
