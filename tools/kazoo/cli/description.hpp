// SPDX-License-Identifier: Apache-2.0
/// What the commands of the tool accept, as plain values (Grammar::describe).
#pragma once

#include <string>
#include <vector>

namespace tool {

/// A positional argument, which has no names, or an option.
struct ArgumentDescription {
    std::vector<std::string> names;    ///< with their dashes
    std::vector<std::string> choices;  ///< the only values; empty: any
    bool takes_value = false;
    bool repeats = false;  ///< may have several values
    bool is_path = false;  ///< of a node
};

struct CommandDescription {
    std::vector<std::string> names;  ///< the usual one, then its aliases
    std::string help;
    std::string group;  ///< of the help text; empty: the command is left out of it
    std::vector<ArgumentDescription> arguments;
    std::vector<ArgumentDescription> options;
    std::vector<CommandDescription> commands;
};

}  // namespace tool
