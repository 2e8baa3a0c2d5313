// SPDX-License-Identifier: Apache-2.0
// Pipelined gets with a deadline, with a watch and with a stop token, beside those without.
#include "cases.hpp"
#include "our_client.hpp"
#include "pipeline.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr auto case_name = "call-options";

struct Call {
    std::string name;
    kazoo::Watcher watch;
    kazoo::ReadOptions options;
};

std::vector<Call> calls(const std::stop_source& stop) {
    return {
        {"plain", {}, {}},
        {"deadline", {}, kazoo::ReadOptions().timeout(6 * patience)},
        {"watch", [](const kazoo::WatchedEvent&) {}, {}},
        {"stop-token", {}, kazoo::ReadOptions().stop_token(stop.get_token())},
    };
}

Figures measure(
    kazoo::KazooClient& client, const Target& target, const Call& call, std::size_t count
) {
    const auto get = [&](Window& window, std::size_t index) {
        client.get_async(target.path, call.watch, call.options)
            .rawlink([&window, index](const kazoo::AsyncResult<kazoo::NodeData>& result) {
                window.completed(index, result.successful() ? nullptr : "a get has failed");
            });
    };
    return measure_pipeline(get, target.window, count);
}

}  // namespace

void run_call_options(const Context& context) {
    const ServerProcess server;
    const auto target = target_on(server.address(), context.options.window);
    const Node node(target);
    const auto count = context.options.scaled(50'000, 50);
    const std::stop_source stop;
    const auto all = calls(stop);
    for (std::size_t round = 0; round < context.options.rounds; ++round) {
        for (const auto& kind : handler_kinds) {
            OurClient client(kind.variant, unlimited(server.hosts()));
            for (const auto& call : all) {
                add(context.results,
                    with_variant(case_name, call.name),
                    std::string(kind.name),
                    measure(*client, target, call, count));
            }
        }
    }
    for (const auto& kind : handler_kinds) {
        for (std::size_t i = 1; i < all.size(); ++i) {
            const auto name = with_variant(case_name, all[i].name);
            context.results.compare(
                with_variant(name, kind.variant),
                {name, std::string(kind.name), "cpu"},
                {with_variant(case_name, all[0].name), std::string(kind.name), "cpu"},
                all[0].name
            );
        }
    }
}

}  // namespace bench
