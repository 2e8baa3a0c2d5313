// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

/// The amount of work. The defaults take about a minute on two cores.
struct Options {
    std::size_t rounds = 7;
    std::size_t pipelined = 10'000;  ///< pipelined operations per subject and round
    std::size_t blocking = 2'000;    ///< blocking operations per subject and round
    std::size_t window = 1'000;      ///< pipelined operations in flight
    std::size_t nodes = 1'000'000;   ///< nodes created to measure memory; caches: a hundredth
    bool help = false;
};

/// Returns the help text; `command` is how the program is called, without options.
[[nodiscard]] std::string usage(std::string_view command);

/// Throws std::invalid_argument with a message for the user.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace bench
