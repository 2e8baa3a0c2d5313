// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "player.hpp"

#include <optional>
#include <ostream>

namespace kazoo::differential {

/// Plays the same scripts on two servers. Both must be newly started.
class Comparison {
public:
    Comparison(Target& left, Target& right) : left_(left), right_(right) {}

    [[nodiscard]] std::optional<Difference> run(const Script& script);

    /// Reduces a script that shows a difference.
    [[nodiscard]] Script shortest(const Script& script, const Difference& difference);

    /// Prints a difference and the shortest script that shows it.
    void explain(const Script& script, const Difference& difference, std::ostream& out);

private:
    void print(const Script& script, const Difference& difference, std::ostream& out) const;

    Player left_;
    Player right_;
    unsigned played_ = 0;
};

}  // namespace kazoo::differential
