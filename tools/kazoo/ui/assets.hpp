// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tool::ui {

/// A file of the page, which CMake makes part of the program (embed.cmake).
struct Asset {
    std::string_view path;  ///< in the URL
    std::string_view content_type;
    std::string_view content;
};

/// Returns the file; null if there is none.
const Asset* find_asset(std::string_view path) noexcept;

}  // namespace tool::ui
