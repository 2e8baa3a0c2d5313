// SPDX-License-Identifier: Apache-2.0
/// Lines, and the words of which they consist.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

struct Word {
    std::string text;       ///< without quotes and backslashes
    std::size_t begin = 0;  ///< its place in the line, with them
    std::size_t end = 0;
};

/// What scan_words has found.
struct ScannedLine {
    std::vector<Word> words;
    /// The quote that is not closed; NUL if there is none. The last word then goes to the end.
    char open_quote = '\0';
    /// Whether the line ends with a backslash, which would quote the next character.
    bool open_backslash = false;
    /// Where the comment begins; the size of the line if there is none.
    std::size_t comment = 0;

    /// Whether the line ends within a word, a quote or not.
    [[nodiscard]] bool is_complete() const noexcept {
        return open_quote == '\0' && !open_backslash;
    }
};

enum class Comments { none, hash };

/// Splits a line as a POSIX shell does: at blanks, with 'single' and "double" quotes and
/// backslashes. Within double quotes a backslash quotes `"` and `\` only. A backslash before the
/// end of a line joins it with the next one. With Comments::hash, a word that begins with an
/// unquoted # begins a comment, which ends with the line.
ScannedLine scan_words(std::string_view line, Comments comments);

/// Returns the words of a line without comments. Throws UsageError if a quote is not closed, or
/// nothing follows the last backslash.
std::vector<std::string> split_words(std::string_view line);

/// Returns the word as it can be written in a line: with a backslash before each character that
/// means something there. `quote`: the quote that is open before it, or NUL.
std::string quoted_word(std::string_view word, char quote = '\0');

}  // namespace tool
