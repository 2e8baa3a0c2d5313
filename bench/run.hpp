// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter.hpp"
#include "options.hpp"
#include "results.hpp"
#include "subject.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Role { ours, reference };

/// What the subjects perform; also the names of the cases, and the commands of peers.
inline constexpr std::array<std::string_view, 3> script_names{
    "pipelined-get", "pipelined-set", "blocking-get"};
enum class Script : std::size_t { pipelined_get, pipelined_set, blocking_get };

/// Performs `count` operations and returns their figures, after some that are not measured.
using Turn = std::function<Figures(const Target& target, Script script, std::size_t count)>;

struct Contestant {
    std::string name;
    Role role;
    /// Added to the name of a case in ratios; empty for the default handler.
    std::string_view variant;
    Turn turn;
    /// A slow one performs this many times fewer operations.
    std::size_t slower = 1;
};

using Contestants = std::vector<Contestant>;

/// Returns how many operations precede a turn of `count` without being measured.
[[nodiscard]] constexpr std::size_t unmeasured(std::size_t count) {
    constexpr std::size_t part = 10;
    return (count - 1) / part + 1;
}

/// Each turn uses a new subject in this process.
[[nodiscard]] Turn in_this_process(Connect* connect);

/// Performs a script with a subject and stores the latencies.
void perform(Subject& subject, Script script, std::span<Duration> latencies);

/// How much of what run() does, and under which name.
struct Plan {
    std::string_view variant;  ///< added to the names of the cases, such as "embedded"
    std::string_view name;     ///< of the case; if empty, those of the scripts
    std::vector<Script> scripts;
    std::size_t rounds = 0;
    std::size_t pipelined = 0;
    std::size_t blocking = 0;
};
[[nodiscard]] Plan plan_of(const Options& options, std::string_view variant);

/// Measures all contestants: for each script several rounds, in which each contestant has one turn.
/// The figures to be compared are thus measured within a second or two of each other, and a
/// disturbance affects only one of several rounds. Adds the figures, and the ratios of each of ours
/// to each reference.
void run(const Contestants& contestants, const Target& target, const Plan& plan, Results& results);

/// Adds the four figures of one round, and compares them.
void add(Results& results, const std::string& name, const std::string& subject, const Figures& f);
void compare(
    Results& results,
    const std::string& ratio,
    const std::string& name,
    const std::string& ours,
    const std::string& theirs
);

}  // namespace bench
