// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/queue/queue_state.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/node.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {

// The calls that Queue and LockingQueue have in common.

/// Data as a call keeps it.
class ItemData {
public:
    /// Throws BadArgumentsError for a null pointer.
    ItemData(const QueueState& queue, const DataView& data);
    [[nodiscard]] DataView view() const noexcept {
        return null_ ? DataView(std::nullopt) : DataView(bytes_);
    }

private:
    std::string bytes_;
    bool null_;
};

/// Adds an item. Returns the name of its entry. Fails with BadArgumentsError for a priority that is
/// not from 0 to 999.
[[nodiscard]] AsyncResult<std::string> put_item(
    std::shared_ptr<QueueState> queue, ItemData data, int priority, CallLimits limits
);
/// Adds items in one transaction. Returns the names of their entries.
[[nodiscard]] AsyncResult<std::vector<std::string>> put_items(
    std::shared_ptr<QueueState> queue,
    std::vector<std::string> items,
    int priority,
    CallLimits limits
);
/// Returns the number of children of the node that has the entries.
[[nodiscard]] AsyncResult<std::int32_t> count_items(
    std::shared_ptr<QueueState> queue, CallLimits limits
);
/// Creates a node and its parents, if they do not exist.
[[nodiscard]] AsyncResult<void> ensure_node(
    RecipeClient client, std::string path, CallLimits limits
);
/// Lists the children of a node, with the watch of the queue if `watched`. A node that does not
/// exist is created if it is to be watched; otherwise it has no children.
[[nodiscard]] AsyncResult<std::vector<std::string>> list_node(
    std::shared_ptr<QueueState> queue, std::string path, bool watched, CallLimits limits
);
/// Waits until something has changed for the queue. Throws OperationTimeoutError at the deadline,
/// and CancelledError also when the user's object is destroyed.
[[nodiscard]] AsyncResult<void> until_changed(std::shared_ptr<QueueState> queue, CallLimits limits);
/// Waits for the turn of a call, as above.
[[nodiscard]] AsyncResult<void> until_turn(
    std::shared_ptr<QueueState> queue, Event begins, CallLimits limits
);

/// Options for a request that must not be abandoned once it has been sent, because its effect
/// decides what the caller gets: without limits, it ends when the connection is lost.
[[nodiscard]] CallOptions undisturbed();

}  // namespace kazoo::detail::recipe
