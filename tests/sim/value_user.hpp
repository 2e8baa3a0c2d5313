// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/shared_values.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/shared_value.hpp>

#include <memory>
#include <optional>

namespace kazoo::sim {

/// The use of a SharedValue by one program: reads, sets it in any case or on the condition that it
/// is still what was read, and listens. All programs use the same value.
class ValueUser final : public RecipeUser {
public:
    ValueUser(SimClient& client, ValueCheck& check) : RecipeUser(client), check_(check) {}
    ~ValueUser() override;

    void at_rest() override;

private:
    struct Objects;
    using ObjectsPtr = std::shared_ptr<Objects>;

    void one() override;
    void listen();
    AsyncResult<void> read(ObjectsPtr all);
    AsyncResult<void> set(ObjectsPtr all);
    /// Sets the value if it is still the one that was read last.
    AsyncResult<void> try_set(ObjectsPtr all);
    void end(ValueCall& call, const Attempt& attempt);

    ValueCheck& check_;
    ObjectsPtr objects_made_;
};

}  // namespace kazoo::sim
