// SPDX-License-Identifier: Apache-2.0
#include "generate/texts.hpp"

namespace tool {

std::string joined(const std::vector<std::string>& texts, const std::string& separator) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : separator) + text;
    }
    return all;
}

std::string replaced(std::string text, const std::string& part, const std::string& replacement) {
    for (std::size_t at = text.find(part); at != std::string::npos;
         at = text.find(part, at + replacement.size())) {
        text.replace(at, part.size(), replacement);
    }
    return text;
}

}  // namespace tool
