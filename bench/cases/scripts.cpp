// SPDX-License-Identifier: Apache-2.0
// Pipelined gets and sets, and blocking gets, of all clients, on Apache ZooKeeper and on the
// embedded server.
#include "cases.hpp"
#include "contestants.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <string>
#include <string_view>

namespace bench {
namespace {

void measure(
    const Context& context,
    Script script,
    const kazoo::HostPort& server,
    std::string_view variant,
    std::size_t faster
) {
    const auto target = target_on(server, context.options.window);
    const Node node(target);
    auto plan = plan_of(context.options, variant);
    plan.scripts = {script};
    plan.pipelined *= faster;
    const auto name = with_variant(script_names[static_cast<std::size_t>(script)], variant);
    run(all_contestants(context, target, name), target, plan, context.results);
}

void measure_on_both(const Context& context, Script script) {
    // It is faster: a turn is to take long enough on both.
    constexpr std::size_t embedded_is_faster = 5;
    {
        const ServerProcess server;
        measure(context, script, server.address(), "embedded", embedded_is_faster);
    }
    if (context.apache) {
        measure(context, script, *context.apache, "", 1);
    } else {
        const auto name = std::string(script_names[static_cast<std::size_t>(script)]);
        context.results.skip(name, "", "ZOOKEEPER_HOSTS is not set");
    }
}

}  // namespace

void run_pipelined_get(const Context& context) {
    measure_on_both(context, Script::pipelined_get);
}

void run_pipelined_set(const Context& context) {
    measure_on_both(context, Script::pipelined_set);
}

void run_blocking_get(const Context& context) {
    measure_on_both(context, Script::blocking_get);
}

}  // namespace bench
