// SPDX-License-Identifier: Apache-2.0
#include "shell/interpreter.hpp"

#include "cli/action.hpp"
#include "cli/exit_code.hpp"
#include "cli/session.hpp"
#include "cli/words.hpp"
#include "commands/commands.hpp"
#include "commands/txn.hpp"
#include "run/program.hpp"
#include "shell/prompt.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <utility>

namespace tool {
namespace {

constexpr int interrupted_code = 128 + SIGINT;

std::size_t first_character(std::string_view text) {
    return std::min(text.find_first_not_of(" \t"), text.size());
}

bool is_system_command(std::string_view text) {
    return text.substr(first_character(text), 1) == "!";
}

/// Lets commands be interrupted while it exists.
class Armed {
public:
    Armed(Interrupt& interrupt, std::unique_ptr<Link>& link) : interrupt_(interrupt), link_(link) {
        interrupt_.arm();
        link_->set_busy(true);
    }
    ~Armed() {
        link_->set_busy(false);
        interrupt_.disarm();
    }
    Armed(const Armed&) = delete;
    Armed& operator=(const Armed&) = delete;

private:
    Interrupt& interrupt_;
    std::unique_ptr<Link>& link_;  // `connect` replaces it
};

bool has_colours(const Settings& settings) {
    const char* const refused = std::getenv("NO_COLOR");
    const std::string choice = settings.colour.value_or("auto");
    return choice == "always" || (choice == "auto" && (refused == nullptr || *refused == '\0'));
}

}  // namespace

/// The grammar of a line. It is made for each of them, because it holds the values of the options.
struct Interpreter::Parser {
    explicit Parser(Interpreter& shell)
        : settings(shell.settings_),
          app("Commands of the shell", ""),
          grammar(app, shell.directory_) {
        app.set_help_flag("-h,--help", "print this text, or that of a command");
        app.require_subcommand(1);
        app.fallthrough();
        add_output_settings(app, settings);
        shell.add_own_commands(grammar);
        add_commands(grammar);
        app.footer(
            "! COMMAND runs a system command. A word that begins with # begins a comment. Lines "
            "that "
            "begin with a blank are not kept in the history."
        );
    }

    Settings settings;
    CLI::App app;
    Grammar grammar;
};

bool is_complete_command(std::string_view text) {
    return is_system_command(text) || scan_words(text, Comments::hash).is_complete();
}

Interpreter::Interpreter(
    const Settings& settings,
    Interrupt& interrupt,
    Notices& notices,
    const History& history,
    bool interactive
)
    : settings_(settings),
      interrupt_(&interrupt),
      notices_(&notices),
      history_(&history),
      interactive_(interactive),
      cache_([&notices] { notices.arrived(); }),
      link_(std::make_unique<Link>(settings, interrupt, notices, interactive)) {}

void Interpreter::connect_in_background() {
    static_cast<void>(client().start_async());
}

std::string Interpreter::prompt() {
    PromptState state;
    state.server = link_->server();
    state.state = link_->state();
    state.directory = directory_;
    state.in_transaction = in_transaction();
    state.colours = has_colours(settings_);
    return prompt_text(state);
}

Completion Interpreter::complete(std::string_view line) {
    if (!syntax_) {
        const Parser parser(*this);
        syntax_ = syntax_of(parser.app, parser.grammar);
    }
    return tool::complete(*syntax_, line, directory_, [this](const std::string& path) {
        return cache_.find(client(), path);
    });
}

int Interpreter::run(const std::string& line, const std::string& place) {
    place_ = place;
    int code = 0;
    again_ = line;
    while (again_) {
        const std::string text = *std::exchange(again_, std::nullopt);
        if (is_system_command(text)) {
            code = run_system(text.substr(first_character(text) + 1));
            continue;
        }
        std::vector<std::string> words;
        for (Word& word : scan_words(text, Comments::hash).words) {
            words.push_back(std::move(word.text));
        }
        code = words.empty() ? 0 : run_words(std::move(words));
    }
    cache_.clear();
    return code;
}

int Interpreter::run_system(const std::string& command) {
    const Armed armed(*interrupt_, link_);
    const Interrupt::Ignored ignored(interrupt_);  // the terminal sends SIGINT to the program too
    return with_errors_reported([&] { return tool::run_shell(command, {}); }, place_).code;
}

int Interpreter::run_words(std::vector<std::string> words) {
    if (const auto action = special_action(words)) {
        return run_guarded(settings_, *action, {});
    }
    if (words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    Parser parser(*this);
    std::vector<std::string> program = parser.grammar.take_program(words);
    try {
        parser.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::CallForHelp& help) {
        return parser.app.exit(help);
    } catch (const CLI::ParseError& error) {
        return with_errors_reported([&]() -> int { throw UsageError(error.what()); }, place_).code;
    }
    return run_guarded(parser.settings, parser.grammar.chosen(), std::move(program));
}

int Interpreter::run_guarded(
    const Settings& settings, const Action& action, std::vector<std::string> program
) {
    const Armed armed(*interrupt_, link_);
    if (notices_->take_interrupt()) {
        std::cout << (interactive_ ? "\n" : "") << std::flush;  // behind the "^C"
        return interrupted_code;  // Ctrl-C was pressed between the line and here
    }
    const Ended ended = run_action(settings, action, std::move(program), this, place_);
    ended_ = ended_ || ended.output_closed;
    const bool interrupted = interrupt_->token().stop_requested();
    return interrupted && ended.code != 0 ? interrupted_code : ended.code;
}

void Interpreter::keep(kazoo::WatchHandle watch) {
    watches_.push_back(std::move(watch));
}

}  // namespace tool
