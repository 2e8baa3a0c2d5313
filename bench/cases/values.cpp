// SPDX-License-Identifier: Apache-2.0
// Pipelined gets of nodes with 1 KiB, 64 KiB and 1 MiB of data. A ratio of operations per second is
// also that of bytes per second. copies_main.cpp counts the copies of the data.
#include "cases.hpp"
#include "child.hpp"
#include "contestants.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <algorithm>
#include <string>

namespace bench {
namespace {

struct Size {
    const char* name;
    std::size_t bytes;
};

constexpr Size sizes[] = {
    {"1KiB", std::size_t{1} << 10},
    {"64KiB", std::size_t{64} << 10},
    {"1MiB", std::size_t{1} << 20}};
constexpr std::size_t bytes_in_flight = std::size_t{16} << 20;
constexpr std::size_t bytes_in_turn = std::size_t{128} << 20;

void count_copies(
    Results& results, const std::string& name, const Target& target, std::size_t count
) {
    const auto copies = values_of(
        {program_beside("bench_copies"),
         kazoo::to_string(target.server),
         target.path,
         std::to_string(target.data.size()),
         std::to_string(target.window),
         std::to_string(count)}
    );
    for (const auto& [subject, value] : copies) {
        results.add({name, subject, "copies"}, "copies/op", value);
    }
}

}  // namespace

void run_values(const Context& context) {
    auto all = lower_bounds();
    for (auto& handler : ours()) {
        all.push_back(std::move(handler));
    }
    const ServerProcess server;
    for (const auto& size : sizes) {
        const auto window = std::min(context.options.window, bytes_in_flight / size.bytes);
        const auto target = target_on(server.address(), window, size.bytes);
        const Node node(target);
        auto plan = plan_of(context.options, size.name);
        plan.name = "values";
        plan.scripts = {Script::pipelined_get};
        plan.pipelined = context.options.scaled(bytes_in_turn / size.bytes, 10);
        run(all, target, plan, context.results);
        count_copies(
            context.results,
            with_variant(plan.name, size.name),
            target,
            std::min<std::size_t>(plan.pipelined, 2'000)
        );
    }
}

}  // namespace bench
