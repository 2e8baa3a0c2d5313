// SPDX-License-Identifier: Apache-2.0
#include "output/output.hpp"

#include "cli/exit_code.hpp"
#include "output/terminal.hpp"
#include "output/utf8.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <system_error>
#include <utility>

namespace tool {
namespace {

constexpr std::size_t buffer_size = 1 << 16;

/// Output that takes longer to fill the screen is written as it comes.
constexpr std::chrono::seconds longest_hold{1};
constexpr std::size_t most_kept_errors = 1 << 16;

bool has_colours(const std::string& choice, bool terminal) {
    const char* const no_colour = std::getenv("NO_COLOR");
    const bool refused = no_colour != nullptr && *no_colour != '\0';
    return choice == "always" || (choice == "auto" && terminal && !refused && has_sequences());
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& value) {
    using json_type = nlohmann::ordered_json;
    return value.dump(-1, ' ', false, json_type::error_handler_t::replace);
}

Output::Output(Format format, bool quiet, const std::string& colour, bool pages)
    : format_(format),
      quiet_(quiet),
      terminal_(is_terminal(STDOUT_FILENO)),
      shows_progress_(!quiet && is_terminal(STDERR_FILENO) && has_sequences()),
      colours_(format == Format::text && has_colours(colour, terminal_)),
      pages_(pages && terminal_ && format != Format::raw && has_sequences()) {}

void Output::write(std::string_view bytes) {
    buffer_.append(bytes);
    if (holds_) {
        count_rows(bytes);
    }
    if (buffer_.size() >= buffer_size) {
        write_out();
    }
}

void Output::write_out() {
    if (terminal_ && !pager_ && !buffer_.empty()) {
        progress_.hide();
    }
    const int descriptor = pager_ ? pager_->input() : STDOUT_FILENO;
    std::string_view rest = buffer_;
    line_is_open_ = rest.empty() ? line_is_open_ : rest.back() != '\n';
    while (!rest.empty()) {
        const ssize_t written = ::write(descriptor, rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (written < 0 && errno != EINTR) {
            const int reason = errno;
            buffer_.clear();
            if (reason == EPIPE && pager_) {
                throw PagerLeft();
            }
            if (reason == EPIPE) {
                throw OutputClosed();
            }
            throw Failure(
                ExitCode::failed,
                "cannot write to standard output: " + std::generic_category().message(reason)
            );
        }
    }
    buffer_.clear();
}

void Output::page() {
    const auto command = pages_ ? Pager::command() : std::nullopt;
    if (command && !pager_) {
        pager_command_ = *command;
        holds_ = true;
        rows_ = 0;
        column_ = 0;
    }
}

void Output::count_rows(std::string_view bytes) {
    const TerminalSize size = terminal_size(STDOUT_FILENO);
    for (const char byte : bytes) {
        column_ = byte == '\n' ? 0 : column_ + 1;
        if (byte == '\n' || column_ > size.columns) {
            ++rows_;
            column_ = byte == '\n' ? 0 : 1;
        }
    }
    if (rows_ >= size.rows) {
        start_pager();
    }
}

void Output::start_pager() {
    holds_ = false;
    end_progress();
    try {
        pager_.emplace(pager_command_);
    } catch (const Failure& failure) {
        note(std::string(failure.what()) + "; continuing without a pager");
    }
}

void Output::end_pager() {
    if (!pager_) {
        return;
    }
    const int code = pager_->end();
    pager_.reset();
    std::cerr << std::exchange(kept_errors_, "") << std::flush;
    if (code == 126 || code == 127) {
        error("cannot run the pager '" + pager_command_ + "'; choose another, or --no-pager");
    }
}

void Output::flush() {
    holds_ = false;
    end_progress();
    try {
        write_out();
    } catch (...) {
        end_pager();
        throw;
    }
    end_pager();
}

void Output::line(std::string_view text) {
    write(text);
    write("\n");
}

void Output::zero_ended(std::string_view text) {
    write(text);
    write(std::string_view("\0", 1));
}

void Output::end_line(std::string_view data) {
    const bool ended_here = terminal_ && !is_raw();
    if (!ended_here && !data.empty() && data.back() != '\n') {
        write("\n");
    }
}

void Output::data(std::string_view bytes) {
    if (!terminal_ || is_raw()) {
        write(bytes);
        return;
    }
    // Lines are kept; what could control the terminal is not.
    std::size_t begin = 0;
    while (begin < bytes.size()) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        write(escaped(bytes.substr(begin, end - begin)));
        write("\n");
        begin = end + 1;
    }
}

void Output::json(const nlohmann::ordered_json& value) {
    line(json_text(value));
}

void Output::note(std::string_view text) {
    if (!quiet_) {
        error(text);
    }
}

void Output::error(std::string_view text) {
    const std::string line = "kazoo: " + escaped(text) + "\n";
    if (!pager_) {
        progress_.hide();
        std::cerr << line << std::flush;
    } else if (kept_errors_.size() < most_kept_errors) {
        kept_errors_ += line;
    }
}

void Output::progress(std::string_view what, std::uint64_t count, std::optional<double> fraction) {
    if ((!shows_progress_ && !holds_ && !pager_) || !progress_.is_due()) {
        return;
    }
    if (holds_ && progress_.elapsed() > longest_hold) {
        holds_ = false;
    }
    if (terminal_ && !holds_) {
        write_out();
    }
    if (shows_progress_ && !pager_ && !(terminal_ && line_is_open_)) {
        progress_.draw(what, count, fraction);
    } else {
        progress_.wait();
    }
}

void Output::end_progress() {
    progress_.end();
    steps_ = 0;
}

std::string Output::coloured(std::string_view code, std::string_view text) const {
    if (!colours_) {
        return std::string(text);
    }
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace tool
