// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/lock_plan.hpp"
#include "recipe/lock/locking.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <optional>

namespace kazoo::detail::recipe {

/// A deletion that a caller waits for. It continues without the caller.
class NodeDeletion {
public:
    /// Throws std::bad_alloc.
    explicit NodeDeletion(const std::shared_ptr<Handler>& handler) : ended(handler) {}
    const Event ended;
    std::optional<Error> failed;  // written before `ended` is set
};

/// Deletes a node of a lock: continues after lost connections and while memory is short, until the
/// node does not exist, its session has ended or the client was stopped. No time limit and no
/// cancellation ends it. Sends one request if all goes well.
///
/// Notes the end in `deletion`, or logs an error if that is null: the server's if the node may not
/// be deleted, ConnectionClosedError for a persistent node if the client was stopped, and
/// OutOfMemoryError if several tries in a row failed for that reason.
void delete_in_background(
    const std::shared_ptr<Locking>& locking,
    NodePtr node,
    std::shared_ptr<NodeDeletion> deletion = nullptr
) noexcept;

}  // namespace kazoo::detail::recipe
