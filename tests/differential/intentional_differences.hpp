// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "script.hpp"
#include "server/rules/profile.hpp"

#include <string_view>
#include <vector>

namespace kazoo::differential {

/// An intentional difference between the embedded server and Apache ZooKeeper, or behaviour that
/// ZooKeeper leaves undefined.
struct IntentionalDifference {
    std::string_view name;
    std::string_view reason;
    /// True for steps that would show the difference; scripts contain no such steps. Null if
    /// replies are masked instead.
    bool (*is_shown_by)(const Step& step, const server::Profile& profile) = nullptr;
};

/// All intentional differences.
[[nodiscard]] const std::vector<IntentionalDifference>& intentional_differences();

/// True if a step would show one of them when compared with an Apache server of this release.
[[nodiscard]] bool shows_intentional_difference(const Step& step, const server::Profile& profile);

}  // namespace kazoo::differential
