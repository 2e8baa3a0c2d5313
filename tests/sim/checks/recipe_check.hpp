// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history.hpp"
#include "history/chronicle.hpp"

#include <kazoo/handler.hpp>

#include <string_view>

namespace kazoo::sim {

/// Compares what the users of a recipe receive with what the servers did. Paths are those of the
/// servers.
class RecipeCheck {
public:
    RecipeCheck() = default;
    RecipeCheck(const RecipeCheck&) = delete;
    RecipeCheck& operator=(const RecipeCheck&) = delete;
    virtual ~RecipeCheck() = default;

    /// Returns whether the node is changed by the recipe alone.
    [[nodiscard]] virtual bool covers(std::string_view path) const = 0;
    /// The faults have been over for a while at `time`, and every client is connected.
    virtual void calm_from(TimePoint time) { static_cast<void>(time); }
    /// Long after the last use.
    virtual void at_rest() {}
    /// No call is in progress.
    virtual void at_end() = 0;
};

}  // namespace kazoo::sim
