// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tool {

/// Returns whether there is a terminal to ask on: standard input and standard error are one.
bool can_confirm();
/// Asks on the terminal. Returns true for an answer that begins with "y".
bool confirm(const std::string& question);

}  // namespace tool
