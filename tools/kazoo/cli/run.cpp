// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include "cli/action.hpp"
#include "cli/exit_code.hpp"
#include "cli/grammar.hpp"
#include "cli/session.hpp"
#include "cli/settings.hpp"
#include "commands/commands.hpp"
#include "generate/generate.hpp"
#include "serve.hpp"
#include "shell/shell.hpp"

#include <kazoo/version.hpp>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace tool {
namespace {

constexpr const char* footer =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such node, 4 lost (a lock, a leadership, a "
    "lease), 5 not connected. Without a command, an interactive shell is started on a terminal.";

void add_shell(Grammar& grammar) {
    auto options = std::make_shared<ShellOptions>();
    Command command =
        grammar.add("shell", "run commands from a terminal, or line by line from standard input");
    command.flag("-k,--keep-going", options->keep_going, "do not stop a script at a failure")
        .flag(
            "--no-history", options->no_history, "neither read nor write the file of the history"
        );
    command.runs([options](Session& session) {
        session.exit_with(run_command_shell(session.settings(), *options));
    });
}

int run_chosen(Settings& settings, const Action& action, std::vector<std::string> program) {
    complete(settings);
    return run_action(settings, action, std::move(program)).code;
}

/// Opens what the caller has closed of standard input and the outputs, so that no connection gets
/// their numbers. Reading the input and writing the output still fail.
void occupy_standard_descriptors() {
    constexpr int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            ::open("/dev/null", modes[descriptor]);
        }
    }
}

}  // namespace

int run(int argc, char** argv) {
    occupy_standard_descriptors();
    // A closed standard output is an error of write(), so that the session can be closed.
    std::signal(SIGPIPE, SIG_IGN);
    const auto parse_and_run = [&]() -> int {
        CLI::App app("ZooKeeper from the command line", "kazoo");
        app.set_version_flag("--version", kazoo::library_version);
        app.set_help_flag("-h,--help", "print this text, or that of a command");
        app.require_subcommand(shell_is_interactive() ? 0 : 1, 1);
        app.fallthrough();  // options of the connection and the output may follow the command
        app.footer(footer);
        Settings settings;
        add_settings(app, settings);
        Grammar grammar(app);
        add_commands(grammar);
        add_shell(grammar);
        add_serve(app);
        add_generate(app, grammar);
        std::vector<std::string> arguments(argv + 1, argv + argc);
        const std::vector<std::string> program = grammar.take_program(arguments);
        try {
            app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::ParseError& error) {
            return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
        }
        if (app.get_subcommands().empty()) {
            complete(settings);
            return run_command_shell(settings, ShellOptions());
        }
        return grammar.chosen() ? run_chosen(settings, grammar.chosen(), program) : 0;
    };
    return with_errors_reported(parse_and_run).code;
}

}  // namespace tool
