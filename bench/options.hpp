#pragma once

#include <cstddef>
#include <string>

namespace bench {

/// How much is measured. The defaults take about a minute on two cores.
struct Options {
    std::size_t rounds = 7;
    std::size_t pipelined = 10'000;  ///< operations of one subject in one round
    std::size_t blocking = 2'000;
    std::size_t window = 1'000;
    std::size_t nodes = 1'000'000;  ///< of the server whose memory is measured
    bool help = false;
};

[[nodiscard]] std::string usage();

/// Throws std::invalid_argument, with a text for the user.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace bench
