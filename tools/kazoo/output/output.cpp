// SPDX-License-Identifier: Apache-2.0
#include "output/output.hpp"

#include "cli/exit_code.hpp"
#include "output/utf8.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <system_error>

namespace tool {
namespace {

constexpr std::size_t buffer_size = 1 << 16;

bool has_colours(const std::string& choice, bool terminal) {
    const char* const no_colour = std::getenv("NO_COLOR");
    const bool refused = no_colour != nullptr && *no_colour != '\0';
    return choice == "always" || (choice == "auto" && terminal && !refused);
}

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch()
    )
        .count();
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& value) {
    using json_type = nlohmann::ordered_json;
    return value.dump(-1, ' ', false, json_type::error_handler_t::replace);
}

Output::Output(Format format, bool quiet, const std::string& colour)
    : format_(format),
      quiet_(quiet),
      terminal_(::isatty(STDOUT_FILENO) == 1),
      shows_progress_(!quiet && ::isatty(STDERR_FILENO) == 1),
      colours_(format == Format::text && has_colours(colour, terminal_)) {}

void Output::write(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= buffer_size) {
        flush();
    }
}

void Output::flush() {
    end_progress();
    std::string_view rest = buffer_;
    while (!rest.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (written < 0 && errno != EINTR) {
            const int reason = errno;
            buffer_.clear();
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
    end_progress();
    std::cerr << "kazoo: " << escaped(text) << std::endl;
}

void Output::progress(std::string_view what, std::uint64_t count) {
    // Between lines of results on the same terminal a count would be in the way.
    if (!shows_progress_ || terminal_ || now_ms() < next_progress_) {
        return;
    }
    next_progress_ = now_ms() + 100;
    std::cerr << '\r' << count << ' ' << what << "\x1b[K" << std::flush;
    progress_shown_ = true;
}

void Output::end_progress() {
    if (progress_shown_) {
        std::cerr << "\r\x1b[K" << std::flush;
        progress_shown_ = false;
    }
}

std::string Output::coloured(std::string_view code, std::string_view text) const {
    if (!colours_) {
        return std::string(text);
    }
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace tool
