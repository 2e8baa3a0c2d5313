#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kazoo::chaos {

struct Options {
    std::chrono::seconds length{60};  ///< duration of the disturbances
    std::uint64_t seed = 0;           ///< 0: a random seed
    bool keep = false;                ///< keeps the servers' files
};

/// Parses the command line. Returns an empty string on success, else an error message.
[[nodiscard]] std::string read_options(int argc, char** argv, Options& options);

inline constexpr const char* usage =
    "chaos [--minutes m | --seconds s] [--seed x] [--keep]\n"
    "Runs an Apache ZooKeeper ensemble and its clients under faults derived from the seed.\n"
    "--keep keeps the servers' files and prints their directories.\n"
    "Exit code 1: a check has failed; 77: this machine lacks something, or\n"
    "the servers have broken their promises.\n";

}  // namespace kazoo::chaos
