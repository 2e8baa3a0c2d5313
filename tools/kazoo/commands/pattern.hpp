// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <regex.h>

#include <string>
#include <string_view>

namespace tool {

/// A POSIX extended regular expression. Bytes of any value may be searched, of any length.
class Pattern {
public:
    /// Throws UsageError if it is malformed. `fixed`: a text, not an expression.
    Pattern(const std::string& expression, bool ignore_case, bool fixed = false);
    ~Pattern();
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    /// Returns whether it matches a part of the text.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    regex_t compiled_{};
};

}  // namespace tool
