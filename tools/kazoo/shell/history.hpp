// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace tool {

/// Returns whether a line stays out of the history: it begins with a blank, or has a credential.
bool is_secret(std::string_view line);

/// Returns the file of the history: kazoo/history in $XDG_STATE_HOME, or in ~/.local/state; "" if
/// there is neither.
std::string history_file();

/// The lines that were typed, in memory and in a file that only its owner may read. A shell adds
/// its lines to the file at once, so that several may use it. Lines contain no newlines.
class History {
public:
    static constexpr std::size_t most_lines = 1000;

    /// Reads the last lines of the file, and shortens it if it has more than twice as many as are
    /// kept. `file`: "" for none. A file that cannot be read or written is left alone.
    explicit History(std::string file);

    /// Adds a line, unless it is secret or the same as the last one. Returns whether it was added.
    bool add(const std::string& line);
    [[nodiscard]] const std::deque<std::string>& lines() const noexcept { return lines_; }

private:
    void read();
    void write_all() const;
    void append(const std::string& line) const;

    std::string file_;
    std::deque<std::string> lines_;
};

}  // namespace tool
