#pragma once

#include <cstddef>
#include <cstdint>

namespace kazoo::differential {

struct Options {
    std::uint64_t seed = 1;  ///< of the first script; the others follow
    std::uint64_t scripts = 200;
    std::size_t steps = 500;
    int explain = 3;            ///< differences after which it stops
    bool apache_twice = false;  ///< two of each Apache: what differs then is chance
    bool print = false;         ///< the scripts, instead of playing them
    bool self_test = false;
};

/// `--seed=N --scripts=N --steps=N --explain=N --apache-twice --print --self-test`; throws
/// std::invalid_argument for anything else.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace kazoo::differential
