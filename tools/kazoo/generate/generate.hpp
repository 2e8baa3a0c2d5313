// SPDX-License-Identifier: Apache-2.0
/// What is generated from the definitions of the command line, and the command `complete`, which
/// the completions call.
#pragma once

#include "cli/syntax.hpp"

#include <string>

namespace tool {

std::string bash_completion(const CommandSyntax& tool);
std::string zsh_completion(const CommandSyntax& tool);
std::string fish_completion(const CommandSyntax& tool);
/// Returns kazoo(1) in the language man(7).
std::string manual_page(const CommandSyntax& tool, const std::string& footer);
/// Returns the syntax as a JSON object, for tests.
std::string json_text(const CommandSyntax& tool);

/// Adds the hidden commands `generate` and `complete`. `generate` keeps both references.
void add_generate(const CLI::App& app, Grammar& grammar);
void add_complete(Grammar& grammar);

}  // namespace tool
