#pragma once

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

/// Parses `--seed=N --scripts=N --steps=N --explain=N --apache-twice --print --self-test`; throws
/// std::invalid_argument for anything else.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace kazoo::differential
