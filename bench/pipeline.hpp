// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter.hpp"
#include "window.hpp"

#include <cstddef>
#include <functional>

namespace bench {

/// Starts operation `index`; its callback must call window.completed().
using StartIn = std::function<void(Window& window, std::size_t index)>;

/// Performs `count` operations with `width` in flight. Throws std::runtime_error if one fails;
/// operations may then still be in flight.
[[nodiscard]] Figures pipeline(const StartIn& start, std::size_t width, std::size_t count);

/// The same after a tenth of them that is not measured.
[[nodiscard]] Figures measure_pipeline(const StartIn& start, std::size_t width, std::size_t count);

}  // namespace bench
