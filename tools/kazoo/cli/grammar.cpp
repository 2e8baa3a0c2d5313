// SPDX-License-Identifier: Apache-2.0
#include "cli/grammar.hpp"

#include "cli/node_path.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

namespace tool {

Command& Command::aliases(const std::vector<std::string>& names) {
    for (const auto& name : names) {
        app_->alias(name);
    }
    return *this;
}

Command& Command::hide() {
    app_->group("");
    return *this;
}

Command& Command::argument(const std::string& name, std::string& value, const std::string& help) {
    app_->add_option(name, value, help)->required();
    return *this;
}

Command& Command::argument(
    const std::string& name, std::optional<std::string>& value, const std::string& help
) {
    app_->add_option(name, value, help);
    return *this;
}

Command& Command::argument(
    const std::string& name,
    std::string& value,
    const std::vector<std::string>& values,
    const std::string& help
) {
    app_->add_option(name, value, help)->required()->check(CLI::IsMember(values));
    return *this;
}

Command& Command::arguments(
    const std::string& name, std::vector<std::string>& values, const std::string& help
) {
    app_->add_option(name, values, help)->required();
    return *this;
}

Command& Command::any_arguments(
    const std::string& name, std::vector<std::string>& values, const std::string& help
) {
    app_->add_option(name, values, help);
    return *this;
}

void Command::is_path(CLI::Option& option) {
    grammar_->paths_.insert(&option);
    if (!grammar_->directory_.empty()) {
        option.transform([directory = grammar_->directory_](const std::string& path) {
            return resolve_path(directory, path);
        });
    }
}

Command& Command::path(const std::string& name, std::string& value, const std::string& help) {
    is_path(*app_->add_option(name, value, help)->required());
    return *this;
}

Command& Command::path(
    const std::string& name, std::optional<std::string>& value, const std::string& help
) {
    if (!grammar_->directory_.empty()) {
        value = grammar_->directory_;
    }
    is_path(*app_->add_option(name, value, help));
    return *this;
}

Command& Command::paths(
    const std::string& name, std::vector<std::string>& values, const std::string& help
) {
    is_path(*app_->add_option(name, values, help)->required());
    return *this;
}

Command& Command::path_option(
    const std::string& names, std::string& value, const std::string& help
) {
    is_path(*app_->add_option(names, value, help)->capture_default_str());
    return *this;
}

Command& Command::path_option(
    const std::string& names, std::optional<std::string>& value, const std::string& help
) {
    is_path(*app_->add_option(names, value, help));
    return *this;
}

Command& Command::path_option(
    const std::string& names,
    std::optional<std::string>& value,
    const std::string& implied,
    const std::string& help
) {
    is_path(*app_->add_option(names, value, help)->expected(0, 1)->default_str(implied));
    return *this;
}

Command& Command::flag(const std::string& names, bool& value, const std::string& help) {
    app_->add_flag(names, value, help);
    return *this;
}

Command& Command::option(const std::string& names, std::string& value, const std::string& help) {
    app_->add_option(names, value, help)->capture_default_str();
    return *this;
}

Command& Command::option(
    const std::string& names, std::optional<std::string>& value, const std::string& help
) {
    app_->add_option(names, value, help);
    return *this;
}

Command& Command::option(
    const std::string& names, std::vector<std::string>& values, const std::string& help
) {
    app_->add_option(names, values, help)->expected(1)->take_all();
    return *this;
}

Command& Command::number_argument(
    const std::string& name, std::optional<std::int64_t>& value, const std::string& help
) {
    return number(name, value, help);
}

Command& Command::choice(
    const std::string& names,
    std::string& value,
    const std::vector<std::string>& values,
    const std::string& help
) {
    app_->add_option(names, value, help)->capture_default_str()->check(CLI::IsMember(values));
    return *this;
}

Command& Command::number(
    const std::string& names,
    std::optional<std::int64_t>& value,
    const std::string& help,
    std::int64_t least,
    std::int64_t most
) {
    app_->add_option(names, value, help)->check([least, most](const std::string& text) {
        try {
            std::size_t end = 0;
            const std::int64_t number = std::stoll(text, &end, 10);
            if (end == text.size() && number >= least && number <= most) {
                return std::string();
            }
        } catch (const std::logic_error&) {
        }
        return "'" + text + "' must be a number from " + std::to_string(least) + " to " +
               std::to_string(most);
    });
    return *this;
}

Command Command::command(const std::string& name, const std::string& help) {
    app_->require_subcommand(1);
    return {*app_->add_subcommand(name, help), *grammar_};
}

void Command::runs(Action action) {
    app_->callback([grammar = grammar_, action = std::move(action)] { grammar->chosen_ = action; });
}

Command Grammar::add(const std::string& name, const std::string& help) {
    CLI::App* const command = app_->add_subcommand(name, help);
    command->group(group_);
    return {*command, *this};
}

Command Grammar::add_runner(const std::string& name, const std::string& help) {
    runners_.push_back(name);
    return add(name, help);
}

bool Grammar::is_runner(const std::string& name) const {
    return std::find(runners_.begin(), runners_.end(), name) != runners_.end();
}

std::optional<std::size_t> Grammar::command_position(const std::vector<std::string>& arguments
) const {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument.empty() || argument.front() != '-' || argument == "-") {
            return i;
        }
        const std::string name = argument.substr(0, argument.find('='));
        const CLI::Option* const option = app_->get_option_no_throw(name);
        const bool takes_next = option != nullptr && option->get_items_expected_max() > 0 &&
                                name.size() == argument.size();
        i += takes_next ? 1 : 0;
    }
    return std::nullopt;
}

std::vector<std::string> Grammar::take_program(std::vector<std::string>& arguments) const {
    const auto position = command_position(arguments);
    if (!position || !is_runner(arguments[*position])) {
        return {};
    }
    const auto mark = std::find(arguments.begin(), arguments.end(), "--");
    if (mark == arguments.end()) {
        return {};
    }
    std::vector<std::string> program(mark + 1, arguments.end());
    arguments.erase(mark, arguments.end());
    return program;
}

}  // namespace tool
