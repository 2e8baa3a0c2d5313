// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/grammar.hpp"
#include "cli/interactive.hpp"
#include "cli/settings.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tool {

/// How a command has ended.
struct Ended {
    int code = 0;  ///< the exit code
    bool output_closed = false;
};

/// Calls the function. Returns its exit code, or that of what it throws, whose message it writes to
/// standard error. `place`: what the message begins with after "kazoo: ", such as "line 3: ".
Ended with_errors_reported(const std::function<int()>& function, const std::string& place = {});

/// Runs the action of a command, and writes out its output. `settings` must be complete. `shell`:
/// that which runs it; null if there is none.
Ended run_action(
    const Settings& settings,
    const Action& action,
    std::vector<std::string> program,
    Interactive* shell = nullptr,
    const std::string& place = {}
);

}  // namespace tool
