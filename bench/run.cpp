// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include <stdexcept>
#include <string>

namespace bench {
namespace {

void perform(Subject& subject, std::size_t which, std::span<Duration> latencies) {
    switch (which) {
        case 0:
            return subject.pipelined(Operation::get, latencies);
        case 1:
            return subject.pipelined(Operation::set, latencies);
        default:
            return subject.blocking_get(latencies);
    }
}

Figures take_turn(
    const Contestant& contestant, const Target& target, std::size_t which, std::size_t count
) {
    constexpr std::size_t unmeasured_part = 10;
    try {
        std::vector<Duration> latencies(count);  // must outlive operations pending after a failure
        const auto subject = contestant.connect(target);
        perform(*subject, which, std::span(latencies).first((count - 1) / unmeasured_part + 1));
        const Meter meter;
        perform(*subject, which, latencies);
        return meter.read(latencies);
    } catch (const std::exception& failed) {
        throw std::runtime_error(
            std::string(contestant.name) + ", " + std::string(case_names[which]) + ": " +
            failed.what()
        );
    }
}

}  // namespace

Turns run(const Contestants& contestants, const Target& target, const Options& options) {
    Turns turns;
    for (std::size_t which = 0; which < turns.size(); ++which) {
        const auto count = which < 2 ? options.pipelined : options.blocking;
        turns[which].resize(contestants.size());
        // Warm-up: the first operations of a kind are slow while the JVM still compiles.
        static_cast<void>(take_turn(contestants.front(), target, which, count));
        for (std::size_t round = 0; round < options.rounds; ++round) {
            for (std::size_t i = 0; i < contestants.size(); ++i) {
                // Rotates the order, so that no contestant is always first.
                const auto at = (round + i) % contestants.size();
                turns[which][at].push_back(take_turn(contestants[at], target, which, count));
            }
        }
    }
    return turns;
}

}  // namespace bench
