// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/barriers.hpp"
#include "recipe_user.hpp"

#include <kazoo/recipes/double_barrier.hpp>

#include <memory>
#include <string>

namespace kazoo::sim {

/// The use of DoubleBarriers by one program: it enters, works and leaves. All programs use the same
/// path for some seconds, and then the next.
class BarrierUser final : public RecipeUser {
public:
    BarrierUser(SimClient& client, BarrierCheck& check) : RecipeUser(client), check_(check) {}

private:
    using Barrier = std::shared_ptr<DoubleBarrier>;

    void one() override;
    AsyncResult<void> pass(std::string path);
    AsyncResult<void> leave(Barrier barrier, std::string path);
    /// Every call has a limit: the other members may not come.
    [[nodiscard]] AttemptPtr arrange_with_limit();

    BarrierCheck& check_;
};

}  // namespace kazoo::sim
