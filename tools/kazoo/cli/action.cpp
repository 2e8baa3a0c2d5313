// SPDX-License-Identifier: Apache-2.0
#include "cli/action.hpp"

#include "cli/exit_code.hpp"
#include "cli/session.hpp"
#include "output/output.hpp"

#include <kazoo/exceptions.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <utility>

namespace tool {
namespace {

Format format_of(const Settings& settings) {
    const std::string name = settings.format.value_or("text");
    if (name == "json" || name == "text" || name == "raw") {
        return name == "json" ? Format::json : name == "raw" ? Format::raw : Format::text;
    }
    throw UsageError("the format '" + name + "' must be text, json or raw");
}

Ended report(ExitCode code, const std::string& message, const std::string& place) {
    std::cerr << "kazoo: " << place << message << '\n';
    return {static_cast<int>(code)};
}

/// Errors of a system, such as that of a port in use, begin with what they are about.
std::string text_of(const kazoo::KazooException& exception) {
    const std::string category = exception.code().category().name();
    if (category == "zookeeper" || category == "kazoo") {
        return exception.error().message();
    }
    return exception.error().detail() + ": " + exception.code().message();
}

/// Writes what a command has left that fails for another reason, before its error.
void write_rest(Output& out) {
    try {
        out.flush();
    } catch (const OutputClosed&) {
    } catch (const std::exception& exception) {
        out.error(exception.what());
    }
}

}  // namespace

Ended with_errors_reported(const std::function<int()>& function, const std::string& place) {
    try {
        return {function()};
    } catch (const PagerLeft&) {
        return {0};
    } catch (const OutputClosed&) {
        return {0, true};
    } catch (const Failure& failure) {
        return report(failure.code(), failure.what(), place);
    } catch (const kazoo::KazooException& exception) {
        return report(exit_code_of(exception.error()), text_of(exception), place);
    } catch (const Interrupted& interrupted) {
        return report(static_cast<ExitCode>(128 + SIGINT), interrupted.what(), place);
    } catch (const std::exception& exception) {
        return report(ExitCode::failed, exception.what(), place);
    }
}

Ended run_action(
    const Settings& settings,
    const Action& action,
    std::vector<std::string> program,
    Interactive* shell,
    const std::string& place
) {
    Output out(
        format_of(settings), settings.quiet, settings.colour.value_or("auto"), !settings.no_pager
    );
    Session session(settings, out, std::move(program), shell);
    Ended ended = with_errors_reported(
        [&] {
            try {
                action(session);
            } catch (...) {
                write_rest(out);
                throw;
            }
            return session.exit_code();
        },
        place
    );
    if (ended.output_closed) {
        return ended;
    }
    const Ended flushed = with_errors_reported(
        [&] {
            out.flush();
            return 0;
        },
        place
    );
    ended.code = ended.code != 0 ? ended.code : flushed.code;
    ended.output_closed = flushed.output_closed;
    return ended;
}

}  // namespace tool
