// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe_fixture.hpp"

#include <string>

namespace kazoo::recipe_tests {

/// Returns how many watches the server has, as `asking` reads it.
inline int watch_count(KazooClient& asking) {
    const std::string marker = "Total watches:";
    const auto answer = asking.command("wchs");
    return std::stoi(answer.substr(answer.find(marker) + marker.size()));
}

/// Waits until the server has `count` watches, all of them those of what is tested.
inline bool becomes_watched(KazooClient& asking, int count = 1) {
    return wait_until([&] { return watch_count(asking) == count; }, patience);
}

}  // namespace kazoo::recipe_tests
