// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/grammar.hpp"
#include "cli/interactive.hpp"
#include "cli/settings.hpp"
#include "shell/children_cache.hpp"
#include "shell/line_reader.hpp"
#include "shell/link.hpp"

#include <kazoo/transaction.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tool {

/// Returns whether no quote is open in a line, and no backslash waits for the next one.
bool is_complete_command(std::string_view text);

/// Runs the lines of a shell: the commands of the tool, with one session, and those that only a
/// shell has.
class Interpreter final : public Interactive {
public:
    /// The references must outlive it. Throws as Link does.
    Interpreter(
        const Settings& settings,
        Interrupt& interrupt,
        Notices& notices,
        const History& history,
        bool interactive
    );

    /// Runs a line, and returns its exit code. `place`: what messages begin with.
    int run(const std::string& line, const std::string& place);

    /// Whether a command has ended the shell, or its output is closed.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    void end() noexcept { ended_ = true; }
    /// Returns the exit code of the command that has ended the shell, if it gave one, else `usual`.
    [[nodiscard]] int exit_code(int usual) const noexcept { return exit_code_.value_or(usual); }

    /// Whether a transaction was begun.
    [[nodiscard]] bool in_transaction() const noexcept { return transaction_.has_value(); }
    [[nodiscard]] std::string prompt();
    [[nodiscard]] Completion complete(std::string_view line);
    void connect_in_background();

    [[nodiscard]] kazoo::KazooClient& client() override { return link_->client(); }
    [[nodiscard]] const std::string& directory() const noexcept override { return directory_; }
    [[nodiscard]] Interrupt& interrupt() noexcept override { return *interrupt_; }
    void announce(std::string line) override { notices_->add(std::move(line)); }
    void keep(kazoo::WatchHandle watch) override;

private:
    /// The words of a line, and what is needed to parse them.
    struct Parser;

    int run_words(std::vector<std::string> words);
    int run_system(const std::string& command);
    int run_guarded(
        const Settings& settings, const Action& action, std::vector<std::string> program
    );
    std::optional<Action> special_action(const std::vector<std::string>& words);
    std::optional<Action> transaction_action(const std::vector<std::string>& words);
    void add_own_commands(Grammar& grammar);
    void add_history(Grammar& grammar);
    void add_watches(Grammar& grammar);
    void add_connect(Grammar& grammar);
    void change_directory(Session& session, const std::string& path);
    void begin();

    Settings settings_;
    Interrupt* interrupt_;
    Notices* notices_;
    const History* history_;
    bool interactive_;
    std::string place_;
    std::string directory_ = "/";
    std::string previous_ = "/";        // directory
    std::optional<std::string> again_;  // a line to run next
    std::optional<int> exit_code_;
    bool ended_ = false;
    ChildrenCache cache_;
    std::optional<CommandSyntax> syntax_;
    std::unique_ptr<Link> link_;
    std::vector<kazoo::WatchHandle> watches_;
    std::optional<kazoo::Transaction> transaction_;
};

}  // namespace tool
