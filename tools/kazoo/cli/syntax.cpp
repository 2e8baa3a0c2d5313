// SPDX-License-Identifier: Apache-2.0
#include "cli/syntax.hpp"

#include "cli/grammar.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

namespace tool {
namespace {

/// Returns the first word of the help text if it is in capital letters: the kind of the value.
std::string kind_in(const std::string& help) {
    std::string word = help.substr(0, help.find(' '));
    if (!word.empty() && word.back() == ':') {
        word.pop_back();
    }
    const bool is_kind =
        std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_kind ? word : "";
}

/// Returns the values of CLI::IsMember, which the type of an option shows as "TEXT:{a,b}".
std::vector<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::size_t begin = type.find('{');
    const std::size_t end = type.find('}');
    std::vector<std::string> choices;
    if (begin == std::string::npos || end == std::string::npos) {
        return choices;
    }
    std::istringstream list(type.substr(begin + 1, end - begin - 1));
    std::string choice;
    while (std::getline(list, choice, ',')) {
        choices.push_back(choice);
    }
    return choices;
}

/// `kind`: of the value.
void set_value(
    ValueSyntax& syntax, const CLI::Option& option, const std::string& kind, const Grammar& grammar
) {
    syntax.choices = choices_of(option);
    if (!syntax.choices.empty()) {
        syntax.offer = Offer::choices;
    } else if (grammar.is_path(option)) {
        syntax.offer = Offer::nodes;
    } else if (kind == "FILE") {
        syntax.offer = Offer::files;
    }
}

OptionSyntax option_syntax(const CLI::Option& option, const Grammar& grammar) {
    OptionSyntax syntax;
    for (const std::string& name : option.get_snames()) {
        syntax.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        syntax.names.push_back("--" + name);
    }
    syntax.help = option.get_description();
    syntax.group = option.get_group();
    if (option.get_items_expected_max() > 0) {
        const std::string kind = kind_in(syntax.help);
        syntax.value = kind.empty() ? "VALUE" : kind;
        set_value(syntax, option, kind, grammar);
    }
    return syntax;
}

ArgumentSyntax argument_syntax(const CLI::Option& option, const Grammar& grammar) {
    ArgumentSyntax syntax;
    syntax.name = option.get_name(true);
    syntax.help = option.get_description();
    syntax.required = option.get_required();
    syntax.repeated = option.get_items_expected_max() > 1;
    set_value(syntax, option, syntax.name, grammar);
    return syntax;
}

void add_options(const CLI::App& app, const Grammar& grammar, bool is_tool, CommandSyntax& syntax) {
    for (const CLI::Option* const option : app.get_options()) {
        // Each command has --help as well; it is shown once.
        if (option->get_positional()) {
            syntax.arguments.push_back(argument_syntax(*option, grammar));
        } else if (is_tool || option != app.get_help_ptr()) {
            syntax.options.push_back(option_syntax(*option, grammar));
        }
    }
}

CommandSyntax command_syntax(
    const CLI::App& app, const Grammar& grammar, const std::string& parent
) {
    CommandSyntax syntax;
    syntax.name = parent.empty() ? app.get_name() : parent + " " + app.get_name();
    syntax.aliases = app.get_aliases();
    syntax.help = app.get_description();
    syntax.group = app.get_group();
    syntax.hidden = app.get_group().empty();
    syntax.runs_program = grammar.is_runner(syntax.name.substr(0, syntax.name.find(' ')));
    add_options(app, grammar, false, syntax);
    for (const CLI::App* const command :
         app.get_subcommands([](const CLI::App*) { return true; })) {
        syntax.commands.push_back(command_syntax(*command, grammar, syntax.name));
    }
    return syntax;
}

}  // namespace

CommandSyntax syntax_of(const CLI::App& app, const Grammar& grammar) {
    CommandSyntax tool;
    tool.help = app.get_description();
    add_options(app, grammar, true, tool);
    for (const CLI::App* const command :
         app.get_subcommands([](const CLI::App*) { return true; })) {
        tool.commands.push_back(command_syntax(*command, grammar, ""));
    }
    return tool;
}

std::vector<const CommandSyntax*> with_descendants(const CommandSyntax& command) {
    std::vector<const CommandSyntax*> all{&command};
    for (const CommandSyntax& below : command.commands) {
        const auto more = with_descendants(below);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

std::string last_word(const CommandSyntax& command) {
    return command.name.substr(command.name.rfind(' ') + 1);
}

}  // namespace tool
