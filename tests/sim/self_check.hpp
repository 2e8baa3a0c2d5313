#pragma once

#include "mischief.hpp"

#include <optional>
#include <string_view>

namespace kazoo::sim {

[[nodiscard]] std::optional<Defect> defect_of(std::string_view name);

/// Runs repeat to the byte, and every defect is noticed. Prints what is not so.
[[nodiscard]] bool self_test();

}  // namespace kazoo::sim
