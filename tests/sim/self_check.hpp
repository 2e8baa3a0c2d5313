// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "defect_injector.hpp"

#include <optional>
#include <string_view>

namespace kazoo::sim {

[[nodiscard]] std::optional<Defect> defect_of(std::string_view name);

/// Checks that runs repeat to the byte and that every defect is detected. Prints the failures.
[[nodiscard]] bool self_test();

}  // namespace kazoo::sim
