// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/locking_queues.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/locking_queue.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::sim {

/// The use of LockingQueues by one program, as a producer and as one consumer per object. All
/// programs use the same queue.
class LockingQueueUser final : public RecipeUser {
public:
    LockingQueueUser(SimClient& client, LockingQueueCheck& check)
        : RecipeUser(client), check_(check) {}

    void at_rest() override;

private:
    using QueuePtr = std::shared_ptr<LockingQueue>;

    void one() override;
    AsyncResult<void> put();
    /// Works as one consumer until it ends.
    AsyncResult<void> consume_items();
    /// Returns whether an item was locked.
    AsyncResult<bool> get(QueuePtr queue, QueueClaim& claim, bool waits);
    AsyncResult<void> finish(QueuePtr queue, QueueClaim& claim);
    AsyncResult<void> consume(QueuePtr queue, QueueClaim& claim);
    /// For Defect::unlocked_items and Defect::stolen_items.
    AsyncResult<void> steal();

    LockingQueueCheck& check_;
    QueuePtr producer_;
    std::vector<const QueueClaim*> waiting_;
    std::size_t consumers_ = 0;
};

}  // namespace kazoo::sim
