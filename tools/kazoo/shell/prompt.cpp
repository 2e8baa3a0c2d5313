// SPDX-License-Identifier: Apache-2.0
#include "shell/prompt.hpp"

#include <algorithm>
#include <cwchar>

namespace tool {
namespace {

constexpr std::size_t longest_server = 40;

std::string shortened(const std::string& text) {
    return text.size() <= longest_server ? text : text.substr(0, longest_server - 3) + "...";
}

std::string coloured(const std::string& text, const std::string& code) {
    return invisible + ("\x1b[" + code + "m") + invisible + text + invisible + "\x1b[0m" +
           invisible;
}

std::string state_text(const PromptState& state) {
    if (!state.colours) {
        return state.state;
    }
    const bool is_good = state.state == "connected";
    const bool is_bad = state.state == "lost";
    return coloured(state.state, is_good ? "32" : is_bad ? "31" : "33");
}

}  // namespace

std::string prompt_text(const PromptState& state) {
    return "[" + shortened(state.server) + " " + state_text(state) + "] " + state.directory +
           (state.in_transaction ? " txn> " : "> ");
}

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    bool shown = true;
    std::mbstate_t state{};
    while (!text.empty()) {
        wchar_t c = 0;
        const std::size_t size = std::mbrtowc(&c, text.data(), text.size(), &state);
        const bool is_valid = size != 0 && size <= text.size();
        if (!is_valid) {
            state = std::mbstate_t{};
        }
        if (text.front() == invisible) {
            shown = !shown;
        } else if (shown) {
            width += is_valid ? static_cast<std::size_t>(std::max(::wcwidth(c), 0)) : 1;
        }
        text.remove_prefix(is_valid ? size : 1);
    }
    return width;
}

std::size_t cursor_row(std::string_view prompt, std::string_view before, std::size_t columns) {
    return columns == 0 ? 0 : (width_of(prompt) + width_of(before)) / columns;
}

}  // namespace tool
