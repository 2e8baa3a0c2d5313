// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/child_process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// The command-line tool as a child process.
class ToolProcess : public ChildProcess {
public:
    explicit ToolProcess(std::vector<std::string> arguments)
        : ChildProcess((arguments.insert(arguments.begin(), KAZOO_TOOL), arguments)) {}
    /// The port at the end of the first line.
    std::uint16_t port() {
        const auto line = first_line();
        return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
    }
};

}  // namespace kazoo::testing_support
