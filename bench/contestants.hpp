// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cases.hpp"
#include "run.hpp"

namespace bench {

/// This library on each of its handlers that are measured.
[[nodiscard]] Contestants ours();

/// raw and floor.
[[nodiscard]] Contestants lower_bounds();

/// The lower bounds, this library, and those of the other clients in the options that can be run.
/// Notes in the results under `name` which cannot, and why.
[[nodiscard]] Contestants all_contestants(
    const Context& context, const Target& target, std::string_view name
);

}  // namespace bench
