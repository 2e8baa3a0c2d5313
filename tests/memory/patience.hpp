// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace kazoo::memory_tests {

/// How long the tests wait for what must happen.
inline constexpr std::chrono::seconds patience{60};

}  // namespace kazoo::memory_tests
