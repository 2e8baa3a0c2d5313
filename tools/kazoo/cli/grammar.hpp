// SPDX-License-Identifier: Apache-2.0
/// The grammar of the command line. Commands describe themselves with it and do not see CLI11.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tool {

class Grammar;
class Session;

/// What a command does, once its arguments have been parsed.
using Action = std::function<void(Session&)>;

/// A command, or a command of a command such as `acl get`. Variables that are given by reference
/// must live as long as the Action, which usually owns them.
class Command {
public:
    Command(CLI::App& app, Grammar& grammar) : app_(&app), grammar_(&grammar) {}

    /// Adds alternative names of the command, which the help text shows behind it.
    Command& aliases(const std::vector<std::string>& names);

    /// Leaves the command out of the help text.
    Command& hide();

    /// Add positional arguments: one, one that may be left out, one or more, and any number.
    Command& argument(const std::string& name, std::string& value, const std::string& help);
    Command& argument(
        const std::string& name, std::optional<std::string>& value, const std::string& help
    );
    /// One of these values.
    Command& argument(
        const std::string& name,
        std::string& value,
        const std::vector<std::string>& values,
        const std::string& help
    );
    Command& arguments(
        const std::string& name, std::vector<std::string>& values, const std::string& help
    );
    Command& any_arguments(
        const std::string& name, std::vector<std::string>& values, const std::string& help
    );

    /// As `argument` and `arguments`, for paths of nodes, or "zk://host:port/path". In a shell they
    /// are relative to its directory, which also takes the place of one that is left out.
    Command& path(const std::string& name, std::string& value, const std::string& help);
    Command& path(
        const std::string& name, std::optional<std::string>& value, const std::string& help
    );
    Command& paths(
        const std::string& name, std::vector<std::string>& values, const std::string& help
    );

    /// Adds a number that may be left out, from 0.
    Command& number_argument(
        const std::string& name, std::optional<std::int64_t>& value, const std::string& help
    );

    /// Add options. `names` is "-l,--long". The help text begins with the kind of the value in
    /// capital letters.
    Command& flag(const std::string& names, bool& value, const std::string& help);
    Command& option(const std::string& names, std::string& value, const std::string& help);
    Command& option(
        const std::string& names, std::optional<std::string>& value, const std::string& help
    );
    /// May be given several times.
    Command& option(
        const std::string& names, std::vector<std::string>& values, const std::string& help
    );
    /// As `option`, for a path of a node. With `implied`, which it then is, the option may be given
    /// without a value.
    Command& path_option(const std::string& names, std::string& value, const std::string& help);
    Command& path_option(
        const std::string& names, std::optional<std::string>& value, const std::string& help
    );
    Command& path_option(
        const std::string& names,
        std::optional<std::string>& value,
        const std::string& implied,
        const std::string& help
    );
    Command& choice(
        const std::string& names,
        std::string& value,
        const std::vector<std::string>& values,
        const std::string& help
    );
    Command& number(
        const std::string& names,
        std::optional<std::int64_t>& value,
        const std::string& help,
        std::int64_t least = 0,
        std::int64_t most = std::numeric_limits<std::int64_t>::max()
    );

    /// Adds a command below this one, one of which must then be given.
    Command command(const std::string& name, const std::string& help);

    /// Sets what the command does.
    void runs(Action action);

private:
    void is_path(CLI::Option& option);

    CLI::App* app_;
    Grammar* grammar_;
};

/// The commands of one line, for a process or a shell.
class Grammar {
public:
    /// `directory`: the absolute path to which others are relative; "" leaves paths as they are.
    explicit Grammar(CLI::App& app, std::string directory = std::string())
        : app_(&app), directory_(std::move(directory)) {}
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    /// Begins a group of commands in the help text.
    void group(const std::string& title) { group_ = title; }
    Command add(const std::string& name, const std::string& help);
    /// As `add`, for a command that is followed by "--" and the command line of a program, which
    /// Session::program then returns.
    Command add_runner(const std::string& name, const std::string& help);
    [[nodiscard]] bool is_runner(const std::string& name) const;

    /// Returns what the parsed command does; empty if it has been done already (`serve`).
    [[nodiscard]] const Action& chosen() const noexcept { return chosen_; }

    /// Whether an argument or an option was added as the path of a node.
    [[nodiscard]] bool is_path(const CLI::Option& option) const {
        return paths_.count(&option) != 0;
    }

    /// Removes "--" and what follows it from the arguments, if their command is one of add_runner,
    /// and returns it without the "--". `arguments` are those of a whole line, in their order.
    std::vector<std::string> take_program(std::vector<std::string>& arguments) const;

private:
    friend class Command;

    [[nodiscard]] std::optional<std::size_t> command_position(
        const std::vector<std::string>& arguments
    ) const;

    CLI::App* app_;
    std::string directory_;
    std::set<const CLI::Option*> paths_;
    std::string group_;
    std::vector<std::string> runners_;
    Action chosen_;
};

}  // namespace tool
