// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kazoo::chaos {

/// The first argument of a contender process.
inline constexpr std::string_view contend_word = "contend";

/// The main function of a contender process (ContenderProcess), which runs until it receives
/// SIGTERM. It then acquires each recipe once more, ends its client, and returns 0, or 1 if
/// something did not end in time. Its standard output is the report (contender_report.hpp).
int contend(int argc, const char* const* argv);

}  // namespace kazoo::chaos
