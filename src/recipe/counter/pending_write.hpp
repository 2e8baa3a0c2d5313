// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/node.hpp>
#include <kazoo/stat.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace kazoo::detail::recipe {

/// A conditional write, with what it replaces.
struct PendingWrite {
    NodeData before;   ///< The condition: this node, in this version.
    std::string data;  ///< What it writes.
};

/// What a later read of the node says about a write without a reply.
enum class WriteFate {
    /// It has not taken effect. It may still do, so only the same write may be sent: of the two,
    /// whichever comes first makes the condition false for the other.
    open,
    /// It cannot take effect any more, because another write did in its place.
    superseded,
    /// It may or may not have taken effect.
    undecidable
};

/// Returns the fate of a write. `now`: a state of the node that is later than the write's
/// connection; nothing if it does not exist.
[[nodiscard]] WriteFate fate_of(
    const PendingWrite& write, const std::optional<NodeData>& now
) noexcept;

/// Returns the version after a write to this one. The number wraps.
[[nodiscard]] constexpr std::int32_t next_version(std::int32_t version) noexcept {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(version) + 1U);
}

}  // namespace kazoo::detail::recipe
