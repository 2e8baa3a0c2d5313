// SPDX-License-Identifier: Apache-2.0
#include "cli/words.hpp"

#include "cli/exit_code.hpp"

#include <algorithm>
#include <utility>

namespace tool {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// One pass over a line.
class Scanner {
public:
    Scanner(std::string_view line, Comments comments) : line_(line), comments_(comments) {}

    ScannedLine scan() {
        found_.comment = line_.size();
        while (at_ < line_.size()) {
            step();
        }
        found_.open_quote = quote_;
        end_word();
        return std::move(found_);
    }

private:
    void step() {
        const char c = line_[at_];
        if (c == '\\' && quote_ != '\'') {
            backslash();
        } else if (quote_ != '\0' ? c == quote_ : c == '\'' || c == '"') {
            begin_word();
            quote_ = quote_ != '\0' ? '\0' : c;
            ++at_;
        } else if (quote_ == '\0' && is_blank(c)) {
            end_word();
            ++at_;
        } else if (c == '#' && comments_ == Comments::hash && quote_ == '\0' && !in_word_) {
            comment();
        } else {
            add(c);
            ++at_;
        }
    }

    void backslash() {
        if (at_ + 1 == line_.size()) {
            begin_word();
            found_.open_backslash = true;
            ++at_;
            return;
        }
        const char next = line_[at_ + 1];
        if (next == '\n') {
            at_ += 2;
        } else if (quote_ == '"' && next != '"' && next != '\\') {
            add('\\');
            ++at_;
        } else {
            begin_word();
            word_.text += next;
            at_ += 2;
        }
    }

    void comment() {
        found_.comment = std::min(found_.comment, at_);
        at_ = std::min(line_.find('\n', at_), line_.size());
    }

    void begin_word() {
        if (!in_word_) {
            word_.begin = at_;
            in_word_ = true;
        }
    }

    void add(char c) {
        begin_word();
        word_.text += c;
    }

    void end_word() {
        if (in_word_) {
            word_.end = at_;
            found_.words.push_back(std::move(word_));
        }
        word_ = Word();
        in_word_ = false;
    }

    std::string_view line_;
    Comments comments_;
    ScannedLine found_;
    Word word_;
    bool in_word_ = false;
    char quote_ = '\0';
    std::size_t at_ = 0;
};

}  // namespace

ScannedLine scan_words(std::string_view line, Comments comments) {
    return Scanner(line, comments).scan();
}

std::vector<std::string> split_words(std::string_view line) {
    ScannedLine scanned = scan_words(line, Comments::none);
    if (scanned.open_quote != '\0') {
        throw UsageError("a quote is not closed: " + std::string(line));
    }
    if (scanned.open_backslash) {
        throw UsageError("the backslash at the end quotes nothing: " + std::string(line));
    }
    std::vector<std::string> words;
    for (Word& word : scanned.words) {
        words.push_back(std::move(word.text));
    }
    return words;
}

std::string quoted_word(std::string_view word, char quote) {
    const std::string_view special = quote == '"' ? "\"\\" : quote == '\'' ? "" : " \t\r\n'\"\\";
    std::string quoted;
    for (const char c : word) {
        if (quote == '\'' && c == '\'') {
            quoted += "'\\''";
            continue;
        }
        const bool is_comment = quote == '\0' && c == '#' && quoted.empty();
        if (is_comment || special.find(c) != std::string_view::npos) {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted;
}

}  // namespace tool
