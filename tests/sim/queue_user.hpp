// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/queues.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/queue.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::sim {

/// The use of a Queue by one program, as a producer and as a consumer. All programs use the same
/// queue.
class QueueUser final : public RecipeUser {
public:
    QueueUser(SimClient& client, QueueCheck& check) : RecipeUser(client), check_(check) {}

    void at_rest() override;

private:
    using Item = std::optional<std::string>;

    void one() override;
    AsyncResult<void> put();
    /// `waits`: for an item. `fresh`: with an object of its own.
    AsyncResult<void> get(bool waits, bool fresh);
    /// Gets an item as programs without the recipe may do, with one of the defects.
    AsyncResult<void> get_badly();
    void end_get(QueueGet& get, Item item, std::optional<Error> error);

    QueueCheck& check_;
    std::shared_ptr<Queue> queue_;
    std::vector<const QueueGet*> waiting_;
};

}  // namespace kazoo::sim
