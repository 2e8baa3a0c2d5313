// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

namespace kazoo::differential {

/// Checks that a server has no differences from itself, and that the differences of several altered
/// servers are found with short scripts. Needs no Java.
[[nodiscard]] bool self_test(std::ostream& out);

}  // namespace kazoo::differential
