// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/options.hpp"

#include <cstdint>
#include <string>

namespace kazoo::sim {

struct Options {
    std::uint64_t first_seed = 1;
    std::uint64_t seeds = 1000;
    int jobs = 1;
    bool trace = false;
    bool self_test = false;
    std::string defect = "none";
    std::string recipe;  ///< of all runs; empty: chosen at random
};

/// Parses the command line. Returns an empty string on success, else an error message.
[[nodiscard]] inline std::string read_options(int argc, char** argv, Options& options) {
    using namespace testing_support;
    const auto one_seed = [&](std::string_view text) {
        options.seeds = 1;
        return read_number(text, options.first_seed);
    };
    return testing_support::read_options(
        argc,
        argv,
        {number_option("--seeds", options.seeds),
         number_option("--first-seed", options.first_seed),
         {"--seed", true, one_seed},
         number_option("--jobs", options.jobs, 1),
         text_option("--defect", options.defect),
         text_option("--recipe", options.recipe),
         flag_option("--trace", options.trace),
         flag_option("--self-test", options.self_test)}
    );
}

inline constexpr const char* usage =
    "sim [--seeds n] [--first-seed s] [--jobs j]   seeds s to s+n-1, in j processes\n"
    "sim --seed s [--trace]                        one seed; --trace prints every event\n"
    "    [--defect name]                           with a defect planted (see --self-test)\n"
    "    [--recipe name]                           all programs use that one, such as queues\n"
    "sim --self-test                               runs are reproducible, and defects are "
    "detected\n";

}  // namespace kazoo::sim
