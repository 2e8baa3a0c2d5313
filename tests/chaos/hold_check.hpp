// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"
#include "holding.hpp"
#include "recipe_nodes.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kazoo::chaos {

using namespace history;

/// Checks the servers' history of locks, semaphores and elections whose holders write with their
/// token (`Holding`). What the clients have seen plays no part:
///
/// - A holder writes while its own node exists, in the session of that node, and while no contender
///   precedes for which it has to wait. No token belongs to two nodes.
/// - After a write with a larger token no write with a smaller one follows. Readers and holders of
///   leases, which write at the same time, are excepted.
/// - The times from the first write of a holder to the deletion of its node do not overlap, except
///   for readers and as many leases as there are.
/// - There are never more leases than the semaphore has.
/// - In the end no node of a contender is left, and each recipe has had a holder.
class HoldCheck {
public:
    HoldCheck(const Chronicle& chronicle, Verdict& verdict)
        : chronicle_(chronicle), verdict_(verdict) {}

    /// Call at the end of the history.
    void check(const RecipeNodes& nodes);
    [[nodiscard]] std::size_t holders() const noexcept { return nodes_of_tokens_.size(); }
    [[nodiscard]] std::size_t writes() const noexcept { return writes_; }

private:
    /// From the first write of a holder to the end of its node, as zxids.
    struct Hold {
        std::string node;
        std::int64_t token = 0;
        std::int64_t first = 0;
        std::int64_t end = 0;
    };

    void check_writes(const RecipeNodes& nodes, const std::string& value);
    void check_write(const RecipeNodes& nodes, const Write& write, const Holding& holding);
    void check_intervals(const RecipeNodes& nodes);
    void check_number_of_leases(const RecipeNodes& nodes);
    void check_left_behind(const std::string& path);
    [[nodiscard]] Hold hold_of(const Holding& holding, std::int64_t first) const;
    [[nodiscard]] std::string first_before(const Holding& holding, std::int64_t zxid) const;

    const Chronicle& chronicle_;
    Verdict& verdict_;
    std::map<std::int64_t, std::string> nodes_of_tokens_;
    std::vector<Hold> holds_;  // of the recipe that is being checked, in the order of `first`
    std::size_t writes_ = 0;
};

}  // namespace kazoo::chaos
