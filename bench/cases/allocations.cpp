// SPDX-License-Identifier: Apache-2.0
// Heap allocations per operation on a warm session; allocations_main.cpp counts them.
#include "cases.hpp"
#include "child.hpp"
#include "server_process.hpp"

namespace bench {

void run_allocations(const Context& context) {
    const ServerProcess server;
    const auto target = target_on(server.address(), context.options.window);
    const Node node(target);
    const auto values = values_of(
        {program_beside("bench_allocations"),
         kazoo::to_string(target.server),
         target.path,
         std::to_string(target.data.size()),
         std::to_string(target.window),
         std::to_string(context.options.scaled(20'000, 20))}
    );
    // The names are <operation>/<subject>.
    for (const auto& [name, value] : values) {
        const auto slash = name.find('/');
        context.results.add(
            {with_variant("allocations", name.substr(0, slash)), name.substr(slash + 1), "heap"},
            "allocations/op",
            value
        );
    }
}

}  // namespace bench
