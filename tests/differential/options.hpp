// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/options.hpp"

#include <cstddef>
#include <cstdint>

namespace kazoo::differential {

struct Options {
    std::uint64_t seed = 1;  ///< of the first script; incremented for each further one
    std::uint64_t scripts = 200;
    std::size_t steps = 500;
    int explain = 3;            ///< stops after this many differences
    bool apache_twice = false;  ///< compares each Apache with itself, to find nondeterminism
    bool print = false;         ///< prints the scripts instead of playing them
    bool self_test = false;
};

/// Reads the command line. Returns an empty string on success, else an error message.
[[nodiscard]] inline std::string read_options(int argc, char** argv, Options& options) {
    using namespace testing_support;
    return testing_support::read_options(
        argc,
        argv,
        {number_option("--seed", options.seed),
         number_option("--scripts", options.scripts),
         number_option("--steps", options.steps),
         number_option("--explain", options.explain),
         flag_option("--apache-twice", options.apache_twice),
         flag_option("--print", options.print),
         flag_option("--self-test", options.self_test)}
    );
}

inline constexpr const char* usage =
    "differential [--seed s] [--scripts n] [--steps n] [--explain n]\n"
    "             [--apache-twice | --print | --self-test]\n";

}  // namespace kazoo::differential
