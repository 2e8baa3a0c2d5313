// SPDX-License-Identifier: Apache-2.0
// Pipelined gets of nodes with 1 KiB, 64 KiB and 1 MiB of data. A ratio of operations per second is
// also that of bytes per second.
#include "cases.hpp"
#include "contestants.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <algorithm>

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
    }
}

}  // namespace bench
