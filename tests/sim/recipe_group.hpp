// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "cluster.hpp"
#include "defect.hpp"
#include "recipe_user.hpp"
#include "recorder.hpp"

#include <functional>
#include <memory>

namespace kazoo::sim {

/// What the programs of one run use besides calls of clients, and what checks that.
class RecipeGroup {
public:
    RecipeGroup() {}

    RecipeKind kind = RecipeKind::none;
    std::unique_ptr<RecipeCheck> check;  ///< null if the recorder has it, or there is none
    std::function<std::unique_ptr<RecipeUser>(SimClient&)> make_user;  ///< empty without a recipe
};

/// Chooses one at random; `defect` has to show in it.
[[nodiscard]] RecipeKind choose_recipe(Chance& chance, Defect defect);

/// Creates the nodes that exist from the start, and says to the checks which ones belong to the
/// recipe.
[[nodiscard]] RecipeGroup make_recipe_group(
    RecipeKind kind, Simulator& simulator, Cluster& cluster, Recorder& recorder
);

}  // namespace kazoo::sim
