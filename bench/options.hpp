// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

/// The amount of work. With the defaults `make bench` takes less than five minutes on two cores.
struct Options {
    std::size_t rounds = 5;
    std::size_t pipelined = 10'000;  ///< pipelined operations per subject and round
    std::size_t blocking = 2'000;    ///< blocking operations per subject and round
    std::size_t window = 1'000;      ///< pipelined operations in flight
    std::size_t nodes = 1'000'000;   ///< nodes created to measure memory; caches: a hundredth
    std::size_t divisor = 1;         ///< divides the other numbers of operations and objects
    std::string cases;               ///< separated by commas; empty: all
    std::string peers;               ///< other clients, separated by commas; empty: all; or "none"
    std::string json;                ///< file for the results; empty: none
    bool list = false;
    bool help = false;

    /// A number of operations or objects, divided as the user wishes.
    [[nodiscard]] std::size_t scaled(std::size_t number, std::size_t least = 1) const {
        return std::max(number / divisor, least);
    }
};

/// Returns the help text; `command` is how the program is called, without options.
[[nodiscard]] std::string usage(std::string_view command);

/// Throws std::invalid_argument with a message for the user.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace bench
