// SPDX-License-Identifier: Apache-2.0
/// What commands write: results to standard output, everything else to standard error.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
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
    /// `quiet`: no notes. `colour`: "auto", "always" or "never".
    Output(Format format, bool quiet, const std::string& colour);
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
    /// Writes what has been written to the buffer. Called at the end of each command.
    void flush();

    /// Writes a line to standard error, after "kazoo: ": a note, unless quiet, and an error.
    void note(std::string_view text);
    void error(std::string_view text);
    /// Shows a count on standard error, if it is a terminal; at most ten times a second.
    void progress(std::string_view what, std::uint64_t count);
    /// Removes the count.
    void end_progress();

    /// Returns the text in a colour, if there are colours: "31" is red, "32" green, "1;34" blue.
    [[nodiscard]] std::string coloured(std::string_view code, std::string_view text) const;

private:
    void write(std::string_view bytes);

    Format format_;
    bool quiet_;
    bool terminal_;
    bool shows_progress_;
    bool colours_;
    bool progress_shown_ = false;
    std::int64_t next_progress_ = 0;  // ms of the steady clock
    std::string buffer_;
};

}  // namespace tool
