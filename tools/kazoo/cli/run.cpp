// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include "cli/exit_code.hpp"
#include "cli/grammar.hpp"
#include "cli/session.hpp"
#include "cli/settings.hpp"
#include "commands/commands.hpp"
#include "output/output.hpp"
#include "serve.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/version.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace tool {
namespace {

constexpr const char* footer =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such node, 4 lost (a lock, a leadership, a "
    "lease), 5 not connected.";

Format format_of(const Settings& settings) {
    const std::string name = settings.format.value_or("text");
    if (name == "json" || name == "text" || name == "raw") {
        return name == "json" ? Format::json : name == "raw" ? Format::raw : Format::text;
    }
    throw UsageError("the format '" + name + "' must be text, json or raw");
}

int report(const Failure& failure) {
    std::cerr << "kazoo: " << failure.what() << '\n';
    return static_cast<int>(failure.code());
}

/// Errors of a system, such as that of a port in use, begin with what they are about.
std::string text_of(const kazoo::KazooException& exception) {
    const std::string category = exception.code().category().name();
    if (category == "zookeeper" || category == "kazoo") {
        return exception.error().message();
    }
    return exception.error().detail() + ": " + exception.code().message();
}

/// Calls the function and returns its exit code, or that of what it throws.
int with_errors_reported(const std::function<int()>& function) {
    try {
        return function();
    } catch (const OutputClosed&) {
        return 0;
    } catch (const Failure& failure) {
        return report(failure);
    } catch (const kazoo::KazooException& exception) {
        return report(Failure(exit_code_of(exception.error()), text_of(exception)));
    } catch (const std::exception& exception) {
        return report(Failure(ExitCode::failed, exception.what()));
    }
}

/// Writes what a command has left that fails for another reason.
void write_rest(Output& out) {
    try {
        out.flush();
    } catch (const std::exception&) {
    }
}

int run_action(Settings& settings, const Action& action, std::vector<std::string> program) {
    complete(settings);
    Output out(
        format_of(settings), settings.quiet, settings.colour.value_or("auto"), !settings.no_pager
    );
    Session session(settings, out, std::move(program));
    return with_errors_reported([&] {
        try {
            action(session);
        } catch (...) {
            write_rest(out);
            throw;
        }
        out.flush();
        return session.exit_code();
    });
}

}  // namespace

int run(int argc, char** argv) {
    // A closed standard output is an error of write(), so that the session can be closed.
    std::signal(SIGPIPE, SIG_IGN);
    return with_errors_reported([&] {
        CLI::App app("ZooKeeper from the command line", "kazoo");
        app.set_version_flag("--version", kazoo::library_version);
        app.set_help_flag("-h,--help", "print this text, or that of a command");
        app.require_subcommand(1);
        app.fallthrough();  // options of the connection and the output may follow the command
        app.footer(footer);
        Settings settings;
        add_settings(app, settings);
        Grammar grammar(app);
        add_commands(grammar);
        add_serve(app);
        std::vector<std::string> arguments(argv + 1, argv + argc);
        const std::vector<std::string> program = grammar.take_program(arguments);
        try {
            app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::ParseError& error) {
            return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
        }
        return grammar.chosen() ? run_action(settings, grammar.chosen(), program) : 0;
    });
}

}  // namespace tool
