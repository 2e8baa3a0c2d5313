// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace bench {
namespace {

struct Measure {
    const char* name;
    const char* unit;
    double Figures::*value;
};

constexpr std::array measures{
    Measure{"throughput", "op/s", &Figures::throughput},
    Measure{"cpu", "us/op", &Figures::cpu},
    Measure{"p50", "us", &Figures::p50},
    Measure{"p99", "us", &Figures::p99},
};

std::string_view name_of(Script script) {
    return script_names[static_cast<std::size_t>(script)];
}

Figures take_turn(
    const Contestant& contestant, const Target& target, Script script, std::size_t count
) {
    try {
        const auto fewer = std::max(count / contestant.slower, std::min<std::size_t>(count, 50));
        return contestant.turn(target, script, fewer);
    } catch (const std::exception& failed) {
        throw std::runtime_error(
            contestant.name + ", " + std::string(name_of(script)) + ": " + failed.what()
        );
    }
}

}  // namespace

void perform(Subject& subject, Script script, std::span<Duration> latencies) {
    switch (script) {
        case Script::pipelined_get:
            return subject.pipelined(Operation::get, latencies);
        case Script::pipelined_set:
            return subject.pipelined(Operation::set, latencies);
        case Script::blocking_get:
            return subject.blocking_get(latencies);
    }
}

Turn in_this_process(Connect* connect) {
    return [connect](const Target& target, Script script, std::size_t count) {
        std::vector<Duration> latencies(count);  // must outlive operations pending after a failure
        const auto subject = connect(target);
        perform(*subject, script, std::span(latencies).first(unmeasured(count)));
        const Meter meter;
        perform(*subject, script, latencies);
        return meter.read(latencies);
    };
}

Plan plan_of(const Options& options, std::string_view variant) {
    return {
        variant,
        {},
        {Script::pipelined_get, Script::pipelined_set, Script::blocking_get},
        options.rounds,
        options.pipelined,
        options.blocking};
}

void add(Results& results, const std::string& name, const std::string& subject, const Figures& f) {
    for (const auto& measure : measures) {
        results.add({name, subject, measure.name}, measure.unit, f.*measure.value);
    }
}

void compare(
    Results& results,
    const std::string& ratio,
    const std::string& name,
    const std::string& ours,
    const std::string& theirs
) {
    for (const auto& measure : measures) {
        results.compare(ratio, {name, ours, measure.name}, {name, theirs, measure.name}, theirs);
    }
}

void run(const Contestants& contestants, const Target& target, const Plan& plan, Results& results) {
    for (const auto script : plan.scripts) {
        const auto name =
            with_variant(plan.name.empty() ? name_of(script) : plan.name, plan.variant);
        const auto count = script == Script::blocking_get ? plan.blocking : plan.pipelined;
        // Warm-up: the first operations of a kind are slow while a JVM still compiles.
        static_cast<void>(take_turn(contestants.front(), target, script, count));
        for (std::size_t round = 0; round < plan.rounds; ++round) {
            std::vector<Figures> figures(contestants.size());
            for (std::size_t i = 0; i < contestants.size(); ++i) {
                // Rotates the order, so that no contestant is always first.
                const auto at = (round + i) % contestants.size();
                figures[at] = take_turn(contestants[at], target, script, count);
            }
            for (std::size_t i = 0; i < contestants.size(); ++i) {
                add(results, name, contestants[i].name, figures[i]);
            }
        }
        for (const auto& ours : contestants) {
            for (const auto& theirs : contestants) {
                if (ours.role == Role::ours && theirs.role == Role::reference) {
                    const auto ratio = with_variant(name, ours.variant);
                    compare(results, ratio, name, ours.name, theirs.name);
                }
            }
        }
    }
}

}  // namespace bench
