// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// The name of the node that says that enough members have entered. Never counted as a member.
inline constexpr std::string_view ready_name = "ready";

/// What a member that enters does next.
enum class EnterStep {
    join,      ///< Create its node, which does not exist (any more).
    announce,  ///< Create the node `ready`, and enter.
    enter,     ///< Enter: `ready` exists.
    wait,      ///< Wait for `ready`.
};

/// Decides from the children of the barrier. `ready`: the node was seen, also if it is not among
/// the children any more.
[[nodiscard]] EnterStep enter_step(
    const std::vector<std::string>& children, bool ready, std::string_view own, std::size_t needed
) noexcept;

/// What a member that leaves does next.
struct LeaveStep {
    enum Kind {
        done,        ///< All others have left as well.
        delete_own,  ///< Delete its node.
        wait,        ///< Wait until the node `other` is gone.
    };
    Kind kind = done;
    std::string other;
};

/// The decisions of a member that leaves: the one whose name is the lowest waits for the others,
/// the highest first, and leaves last; the others delete their nodes at once and wait for the
/// lowest. So each waits for one node, and all return when the last node is gone.
///
/// Only the members of the first look count: later ones belong to the next round, in which this
/// member may be needed.
class LeavePlan {
public:
    explicit LeavePlan(std::string own) : own_(std::move(own)) {}

    /// Returns the next step, given the present children of the barrier. Throws std::bad_alloc.
    [[nodiscard]] LeaveStep next(const std::vector<std::string>& children);

private:
    const std::string own_;
    std::optional<std::vector<std::string>> round_;  // sorted; those that have not left yet
};

}  // namespace kazoo::detail::recipe
