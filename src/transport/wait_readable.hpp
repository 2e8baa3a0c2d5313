// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace kazoo::transport {

/// Waits until the socket has something to read or has failed, for `limit` at most. Returns whether
/// it has. On platforms other than Linux it returns false at once.
[[nodiscard]] bool wait_readable(int socket, std::chrono::nanoseconds limit) noexcept;

}  // namespace kazoo::transport
