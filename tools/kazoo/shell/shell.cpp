// SPDX-License-Identifier: Apache-2.0
#include "shell/shell.hpp"

#include "cli/exit_code.hpp"
#include "cli/values.hpp"
#include "shell/interpreter.hpp"
#include "shell/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <optional>
#include <system_error>

namespace tool {
namespace {

[[noreturn]] void throw_errno(const std::string& what) {
    throw Failure(ExitCode::failed, what + ": " + std::generic_category().message(errno));
}

/// Takes standard input away from the programs that are run, so that they do not read the script.
int take_script() {
    const int script = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (script < 0 || nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0) {
        throw_errno("cannot read standard input");
    }
    ::close(nothing);
    reserve_standard_input();
    return script;
}

/// Reads lines and runs them, until one ends the shell.
class Loop {
public:
    Loop(const Settings& settings, const ShellOptions& options, bool interactive)
        : options_(options),
          interactive_(interactive),
          signals_(interrupt_, notices_),
          history_(interactive && !options.no_history ? history_file() : std::string()),
          interpreter_(settings, interrupt_, notices_, history_, interactive) {}

    int run() {
        open_reader();
        while (!interpreter_.ended() && signals_.ending() == 0) {
            const auto command = next_command();
            if (!command) {
                break;
            }
            run_one(*command);
        }
        show_last_notices();
        if (interpreter_.in_transaction()) {
            fail("a transaction was begun and not committed; nothing of it was done");
        }
        return signals_.ending() != 0 ? 128 + signals_.ending() : interpreter_.exit_code(code_);
    }

private:
    void open_reader() {
        if (!interactive_) {
            reader_ = plain_reader(take_script(), notices_, nullptr);
            return;
        }
        const LineHooks hooks{
            [this] { return prompt(); },
            [this](std::string_view line) { return interpreter_.complete(line); }};
        reader_ = editing_reader(notices_, hooks, history_);
        if (!reader_) {
            reader_ = plain_reader(STDIN_FILENO, notices_, hooks.prompt);
        }
        interpreter_.connect_in_background();
    }

    std::string prompt() { return continued_ ? "> " : interpreter_.prompt(); }

    /// Returns the next lines that are a command together; std::nullopt at the end.
    std::optional<std::string> next_command() {
        std::string text;
        continued_ = false;
        for (;;) {
            const ReadLine line = reader_->read();
            if (line.kind == ReadLine::Kind::end && !text.empty()) {
                fail("the last line is not complete: a quote is open, or it ends with a backslash");
            }
            if (line.kind == ReadLine::Kind::end) {
                return std::nullopt;
            }
            line_number_ += 1;
            if (line.kind == ReadLine::Kind::interrupted) {
                if (!interactive_) {
                    code_ = 130;
                    return std::nullopt;
                }
                text.clear();
                continued_ = false;
                continue;
            }
            first_line_ = continued_ ? first_line_ : line_number_;
            text += line.text;
            if (is_complete_command(text)) {
                return text;
            }
            text += '\n';
            continued_ = true;
        }
    }

    void run_one(const std::string& command) {
        continued_ = false;
        if (interactive_ && history_.add(command)) {
            reader_->remember(command);
        }
        const int code = interpreter_.run(command, place());
        if (code == 0 || interactive_) {
            return;
        }
        code_ = code_ != 0 ? code_ : code;
        if (!options_.keep_going || code == 130) {
            interpreter_.end();
        }
    }

    void show_last_notices() {
        for (const std::string& line : notices_.take().lines) {
            std::cout << line << '\n';
        }
        std::cout << std::flush;
    }

    [[nodiscard]] std::string place() const {
        return interactive_ ? "" : "line " + std::to_string(first_line_) + ": ";
    }

    void fail(const std::string& message) {
        std::cerr << "kazoo: " << message << '\n';
        if (!interactive_ && code_ == 0) {
            code_ = static_cast<int>(ExitCode::usage);
        }
    }

    ShellOptions options_;
    bool interactive_;
    Interrupt interrupt_;
    Notices notices_;
    Signals signals_;
    History history_;
    Interpreter interpreter_;
    std::unique_ptr<LineReader> reader_;
    int line_number_ = 0;
    int first_line_ = 0;
    int code_ = 0;            // of the first command of a script that has failed
    bool continued_ = false;  // what is read belongs to the line before
};

}  // namespace

bool shell_is_interactive() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

int run_command_shell(const Settings& settings, const ShellOptions& options) {
    return Loop(settings, options, shell_is_interactive()).run();
}

}  // namespace tool
