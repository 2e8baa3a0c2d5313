// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter.hpp"
#include "options.hpp"
#include "subject.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace bench {

enum class Role { ours, reference };

struct Contestant {
    std::string_view name;
    Role role;
    /// Appended to the name of a case in ratios; empty for the default handler.
    std::string_view suffix;
    Connect* connect;
};

using Contestants = std::vector<Contestant>;

inline constexpr std::array<std::string_view, 3> case_names{
    "pipelined-get", "pipelined-set", "blocking-get"};

/// All figures: by case, by contestant, by round.
using Turns = std::array<std::vector<std::vector<Figures>>, case_names.size()>;

/// Measures all contestants: for each case several rounds, in which each contestant has one turn on
/// a new connection. The figures to be compared are thus measured within a second or two of each
/// other, and a disturbance affects only one of several rounds.
[[nodiscard]] Turns run(
    const Contestants& contestants, const Target& target, const Options& options
);

}  // namespace bench
