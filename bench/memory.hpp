// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bench {

/// Returns the resident memory of this process in bytes.
[[nodiscard]] double resident_bytes();

/// The same after the allocator has returned to the system what it can.
[[nodiscard]] double resident_bytes_trimmed();

}  // namespace bench
