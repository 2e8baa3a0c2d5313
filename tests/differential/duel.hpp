#pragma once

#include "player.hpp"

#include <optional>
#include <ostream>

namespace kazoo::differential {

/// Two servers that get the same scripts. Both must be new.
class Duel {
public:
    Duel(Target& left, Target& right) : left_(left), right_(right) {}

    [[nodiscard]] std::optional<Difference> run(const Script& script);

    /// The shortest script with a difference that can be made of this one, which has one.
    [[nodiscard]] Script shortest(const Script& script, const Difference& difference);

    /// Says what differs, and how to see it with the least effort.
    void explain(const Script& script, const Difference& difference, std::ostream& out);

private:
    void print(const Script& script, const Difference& difference, std::ostream& out) const;

    Player left_;
    Player right_;
    unsigned played_ = 0;
};

}  // namespace kazoo::differential
