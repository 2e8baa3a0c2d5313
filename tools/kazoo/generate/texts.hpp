// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tool {

/// Returns the texts with a separator between them.
std::string joined(const std::vector<std::string>& texts, const std::string& separator);

/// Returns the text with each occurrence of `part` replaced.
std::string replaced(std::string text, const std::string& part, const std::string& replacement);

}  // namespace tool
