// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace kazoo::session {

enum class WatchKind : std::uint8_t {
    data,        ///< one-shot, of getData and of exists on a node that is there
    exist,       ///< one-shot, of exists on a node that is not there
    child,       ///< one-shot, of getChildren
    persistent,  ///< addWatch
    recursive    ///< addWatch, of the whole subtree
};
inline constexpr std::size_t watch_kinds = 5;

/// A set of kinds of watches: one bit for each.
using WatchKinds = std::uint8_t;
[[nodiscard]] constexpr WatchKinds only(WatchKind kind) noexcept {
    return static_cast<WatchKinds>(1U << static_cast<unsigned>(kind));
}
inline constexpr WatchKinds lasting_kinds =
    static_cast<WatchKinds>(only(WatchKind::persistent) | only(WatchKind::recursive));
inline constexpr WatchKinds data_kinds =
    static_cast<WatchKinds>(only(WatchKind::data) | only(WatchKind::exist));
inline constexpr WatchKinds all_kinds = (1U << watch_kinds) - 1;

}  // namespace kazoo::session
