// SPDX-License-Identifier: Apache-2.0
/// What commands write: results to standard output, everything else to standard error.
#pragma once

#include "output/pager.hpp"
#include "output/progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tool {

enum class Format { text, json, raw };

/// Returns the value in one line. Invalid UTF-8 is replaced by U+FFFD.
std::string json_text(const nlohmann::ordered_json& value);

/// Writes to standard output through a buffer. Not thread-safe. Functions that write to standard
/// output throw OutputClosed if its reader has closed it, Failure if it cannot be written.
class Output {
public:
    /// `quiet`: no notes. `colour`: "auto", "always" or "never". `pages`: whether `page` may be
    /// followed.
    Output(Format format, bool quiet, const std::string& colour, bool pages = true);
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    [[nodiscard]] Format format() const noexcept { return format_; }
    [[nodiscard]] bool is_json() const noexcept { return format_ == Format::json; }
    [[nodiscard]] bool is_raw() const noexcept { return format_ == Format::raw; }
    /// Whether standard output is a terminal, and whether standard error is one.
    [[nodiscard]] bool terminal() const noexcept { return terminal_; }
    [[nodiscard]] bool shows_progress() const noexcept { return shows_progress_; }

    /// Writes a line of text. Paths contain no control characters: servers refuse them.
    void line(std::string_view text);
    /// Writes the text and NUL.
    void zero_ended(std::string_view text);
    /// Writes bytes as they are.
    void bytes(std::string_view text) { write(text); }
    /// Ends the line that `data` has left open, unless it was ended on the terminal.
    void end_line(std::string_view data);
    /// Writes the data of a node byte for byte. On a terminal, unless raw, the line is ended, and
    /// control characters, which could change its state, are shown as \xNN.
    void data(std::string_view bytes);
    /// Writes a JSON value and the end of the line.
    void json(const nlohmann::ordered_json& value);
    /// Shows what is written from now to the next `flush` in the user's pager, if standard output
    /// is a terminal and it does not fit on it. Output that comes slowly is not held back for this.
    void page();
    /// Writes what has been written to the buffer, and waits until the user has left the pager, if
    /// there is one. Called at the end of each command.
    void flush();

    /// Write a line to standard error, after "kazoo: ": a note, unless quiet, and an error. While
    /// the pager has the terminal, they are kept for later.
    void note(std::string_view text);
    void error(std::string_view text);
    /// Shows on standard error, if it is a terminal, how far the command has come; at most ten
    /// times a second. `fraction`: of the whole work, from 0 to 1, if it is known.
    void progress(
        std::string_view what, std::uint64_t count, std::optional<double> fraction = std::nullopt
    );
    /// Counts one, and shows the count.
    void step(std::string_view what) { progress(what, ++steps_); }
    /// Removes what progress shows, and begins to count anew.
    void end_progress();

    /// Returns the text in a colour, if there are colours: "31" is red, "32" green, "1;34" blue.
    [[nodiscard]] std::string coloured(std::string_view code, std::string_view text) const;

private:
    void write(std::string_view bytes);
    void write_out();
    void count_rows(std::string_view bytes);
    void start_pager();
    void end_pager();

    Format format_;
    bool quiet_;
    bool terminal_;
    bool shows_progress_;
    bool colours_;
    bool pages_;
    Progress progress_;
    std::uint64_t steps_ = 0;
    std::string buffer_;
    bool line_is_open_ = false;  // of what has left the buffer
    // While output is held until it is known whether it needs a pager:
    bool holds_ = false;
    std::size_t rows_ = 0;
    std::size_t column_ = 0;
    std::string pager_command_;
    std::optional<Pager> pager_;
    std::string kept_errors_;
};

}  // namespace tool
