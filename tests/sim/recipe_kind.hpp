// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace kazoo::sim {

/// What the programs of a run use besides calls of clients.
enum class RecipeKind {
    none,
    locks,  ///< and semaphores, elections and latches
    caches,
    queues,
    locking_queues,
    counters,
    shared_values,
    leases,
    barriers
};

inline constexpr std::array recipe_names{
    std::pair{"none", RecipeKind::none},
    std::pair{"locks", RecipeKind::locks},
    std::pair{"caches", RecipeKind::caches},
    std::pair{"queues", RecipeKind::queues},
    std::pair{"locking_queues", RecipeKind::locking_queues},
    std::pair{"counters", RecipeKind::counters},
    std::pair{"shared_values", RecipeKind::shared_values},
    std::pair{"leases", RecipeKind::leases},
    std::pair{"barriers", RecipeKind::barriers}};

[[nodiscard]] constexpr std::optional<RecipeKind> recipe_kind_of(std::string_view name) noexcept {
    for (const auto& [known, kind] : recipe_names) {
        if (name == known) {
            return kind;
        }
    }
    return std::nullopt;
}

}  // namespace kazoo::sim
