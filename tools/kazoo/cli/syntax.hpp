// SPDX-License-Identifier: Apache-2.0
/// The syntax of the command line as values, read from the definitions of CLI11. The shell
/// completes lines by it, and the completions of other shells and the manual page are generated
/// from it.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tool {

class Grammar;

/// What a shell offers for a value.
enum class Offer { nothing, nodes, files, choices };

/// What an option and a positional argument have in common.
struct ValueSyntax {
    std::string help;
    Offer offer = Offer::nothing;
    std::vector<std::string> choices;
};

struct OptionSyntax : ValueSyntax {
    std::vector<std::string> names;  ///< "-l" and "--long": short names first
    std::string group;               ///< of the help text
    std::string value;               ///< its kind, such as FILE; empty for a flag
};

struct ArgumentSyntax : ValueSyntax {
    std::string name;
    bool required = false;
    bool repeated = false;
};

/// A command, or the tool itself.
struct CommandSyntax {
    std::string name;  ///< with that of the command above it: "acl get"; empty for the tool
    std::vector<std::string> aliases;
    std::string help;
    std::string group;
    bool hidden = false;
    bool runs_program = false;  ///< "--" and a command line may follow
    std::vector<ArgumentSyntax> arguments;
    std::vector<OptionSyntax> options;
    std::vector<CommandSyntax> commands;
};

/// Returns the syntax of the tool, with all its commands in the order of their definition.
CommandSyntax syntax_of(const CLI::App& app, const Grammar& grammar);

/// Returns the command and all those below it, parents first.
std::vector<const CommandSyntax*> with_descendants(const CommandSyntax& command);

/// Returns the last word of the command's name.
std::string last_word(const CommandSyntax& command);

}  // namespace tool
