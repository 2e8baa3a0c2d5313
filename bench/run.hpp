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
    /// Behind the name of a case in ratios; empty for the handler that is the default.
    std::string_view suffix;
    Connect* connect;
};

[[nodiscard]] const std::vector<Contestant>& contestants();

inline constexpr std::array<std::string_view, 3> case_names{
    "pipelined-get", "pipelined-set", "blocking-get"};

/// All turns: by case, by contestant, by round.
using Turns = std::array<std::vector<std::vector<Figures>>, case_names.size()>;

/// Everybody in turn, case by case, round by round, each turn on a connection of its own. What is
/// compared is thus measured within a second or two, and a disturbance hits one round of several.
[[nodiscard]] Turns run(const Target& target, const Options& options);

}  // namespace bench
