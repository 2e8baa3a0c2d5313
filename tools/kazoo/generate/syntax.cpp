// SPDX-License-Identifier: Apache-2.0
#include "generate/syntax.hpp"

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

Offer offer_for(const std::string& kind) {
    static const std::vector<std::string> nodes{"PATH", "SOURCE", "TARGET", "A", "B"};
    if (std::find(nodes.begin(), nodes.end(), kind) != nodes.end()) {
        return Offer::nodes;
    }
    return kind == "FILE" ? Offer::files : Offer::nothing;
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

OptionSyntax option_syntax(const CLI::Option& option) {
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
        syntax.choices = choices_of(option);
        syntax.offer = syntax.choices.empty() ? offer_for(kind) : Offer::choices;
    }
    return syntax;
}

ArgumentSyntax argument_syntax(const CLI::Option& option) {
    ArgumentSyntax syntax;
    syntax.name = option.get_name(true);
    syntax.help = option.get_description();
    syntax.required = option.get_required();
    syntax.repeated = option.get_items_expected_max() > 1;
    syntax.choices = choices_of(option);
    syntax.offer = syntax.choices.empty() ? offer_for(syntax.name) : Offer::choices;
    return syntax;
}

void add_options(const CLI::App& app, bool is_tool, CommandSyntax& syntax) {
    for (const CLI::Option* const option : app.get_options()) {
        // Each command has --help as well; it is shown once.
        if (option->get_positional()) {
            syntax.arguments.push_back(argument_syntax(*option));
        } else if (is_tool || option != app.get_help_ptr()) {
            syntax.options.push_back(option_syntax(*option));
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
    add_options(app, false, syntax);
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
    add_options(app, true, tool);
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

std::string joined(const std::vector<std::string>& texts, const std::string& separator) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : separator) + text;
    }
    return all;
}

std::string replaced(std::string text, const std::string& part, const std::string& replacement) {
    for (std::size_t at = text.find(part); at != std::string::npos;
         at = text.find(part, at + replacement.size())) {
        text.replace(at, part.size(), replacement);
    }
    return text;
}

}  // namespace tool
