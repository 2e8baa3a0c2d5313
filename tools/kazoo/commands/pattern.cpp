// SPDX-License-Identifier: Apache-2.0
#include "commands/pattern.hpp"

#include "cli/exit_code.hpp"

namespace tool {
namespace {

std::string quoted(const std::string& text) {
    std::string expression;
    for (const char c : text) {
        if (std::string_view("\\^$.[]|()*+?{}").find(c) != std::string_view::npos) {
            expression += '\\';
        }
        expression += c;
    }
    return expression;
}

}  // namespace

Pattern::Pattern(const std::string& expression, bool ignore_case, bool fixed) {
    const std::string source = fixed ? quoted(expression) : expression;
    const int flags = REG_EXTENDED | (ignore_case ? REG_ICASE : 0);
    const int error = ::regcomp(&compiled_, source.c_str(), flags);
    if (error != 0) {
        char reason[256];
        ::regerror(error, &compiled_, reason, sizeof(reason));
        throw UsageError("the expression '" + expression + "' is malformed: " + reason);
    }
}

Pattern::~Pattern() {
    ::regfree(&compiled_);
}

bool Pattern::matches(std::string_view text) const {
    regmatch_t range[1];
    range[0].rm_so = 0;
    range[0].rm_eo = static_cast<regoff_t>(text.size());
    const char* const begin = text.data() != nullptr ? text.data() : "";
    return ::regexec(&compiled_, begin, 1, range, REG_STARTEND) == 0;
}

}  // namespace tool
