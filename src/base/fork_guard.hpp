#pragma once

#include <cstdint>

namespace kazoo::base {

/// Changes in the child of a fork, where the parent's threads and sockets must not be used.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

}  // namespace kazoo::base
