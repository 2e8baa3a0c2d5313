// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/options.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace kazoo::chaos {

struct Options {
    std::chrono::seconds length{60};  ///< duration of the disturbances
    std::uint64_t seed = 0;           ///< 0: a random seed
    bool keep = false;                ///< keeps the servers' files
    bool careless = false;            ///< the contenders write without the guard
};

/// Parses the command line. Returns an empty string on success, else an error message.
[[nodiscard]] inline std::string read_options(int argc, char** argv, Options& options) {
    using namespace testing_support;
    const auto length_in = [&](std::chrono::seconds unit) {
        return [&options, unit](std::string_view text) {
            std::int64_t count = 0;
            const bool is_valid = read_number<std::int64_t>(text, count, 1, 1'000'000);
            if (is_valid) options.length = count * unit;
            return is_valid;
        };
    };
    return testing_support::read_options(
        argc,
        argv,
        {{"--minutes", true, length_in(std::chrono::minutes(1))},
         {"--seconds", true, length_in(std::chrono::seconds(1))},
         number_option("--seed", options.seed),
         flag_option("--keep", options.keep),
         flag_option("--careless", options.careless)}
    );
}

inline constexpr const char* usage =
    "chaos [--minutes m | --seconds s] [--seed x] [--keep] [--careless]\n"
    "Runs an Apache ZooKeeper ensemble and its clients under faults derived from the seed.\n"
    "--keep keeps the servers' files and prints their directories.\n"
    "--careless is a defect that the checks have to notice: holders of locks write without the\n"
    "guard, and do not stop when they have lost the lock.\n"
    "Exit code 1: a check has failed; 77: this machine lacks something, or\n"
    "the servers have broken their promises.\n";

}  // namespace kazoo::chaos
