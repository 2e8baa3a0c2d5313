// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bench {

/// Returns the number of heap allocations of all threads since the program started. Only in
/// programs with allocation_count.cpp, which replaces operator new.
[[nodiscard]] long allocations() noexcept;

}  // namespace bench
