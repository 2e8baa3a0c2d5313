// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::chaos {

/// The nodes of the recipes for which contenders compete are below this one.
inline constexpr const char* recipe_root = "/chaos";

/// A recipe for which contenders compete.
struct RecipeNodes {
    enum class Sharing {
        one,      ///< one holder at a time
        readers,  ///< one writer, or any number of readers
        leases    ///< up to `leases` holders
    };
    std::string path;   ///< the contenders, or the leases, are its children
    std::string value;  ///< the node that holders write; readers write value_of_readers()
    Sharing sharing = Sharing::one;
    std::size_t leases = 1;

    [[nodiscard]] std::string value_of_readers() const { return value + "-readers"; }
    /// The lock that protects the leases of a semaphore.
    [[nodiscard]] std::string lock_of_leases() const { return path + "-__lock__"; }
};

[[nodiscard]] inline RecipeNodes nodes_of(
    std::string_view name, RecipeNodes::Sharing sharing, std::size_t leases = 1
) {
    RecipeNodes nodes;
    nodes.path = recipe_root + ("/" + std::string(name));
    nodes.value = recipe_root + ("/held/" + std::string(name));
    nodes.sharing = sharing;
    nodes.leases = leases;
    return nodes;
}

/// The recipes of the contenders.
struct ContendedRecipes {
    using Sharing = RecipeNodes::Sharing;
    RecipeNodes lock = nodes_of("lock", Sharing::one);
    RecipeNodes shared = nodes_of("shared", Sharing::readers);
    RecipeNodes semaphore = nodes_of("semaphore", Sharing::leases, 2);
    RecipeNodes election = nodes_of("election", Sharing::one);

    [[nodiscard]] std::vector<RecipeNodes> all() const {
        return {lock, shared, semaphore, election};
    }
    /// The nodes that exist from the start, in the order of their creation.
    [[nodiscard]] std::vector<std::string> planted() const {
        std::vector<std::string> paths{recipe_root, recipe_root + std::string("/held")};
        for (const auto& nodes : all()) {
            paths.push_back(nodes.value);
            if (nodes.sharing == Sharing::readers) paths.push_back(nodes.value_of_readers());
        }
        return paths;
    }
};

}  // namespace kazoo::chaos
