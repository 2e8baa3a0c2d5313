// SPDX-License-Identifier: Apache-2.0
// The cost of a get with few and with many operations in flight.
#include "cases.hpp"
#include "our_client.hpp"
#include "pipeline.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr std::size_t usual = 1'000;  // what the others are compared with

std::string name_of(std::size_t width) {
    return with_variant("growth", std::to_string(width));
}

Figures measure(
    kazoo::KazooClient& client, const Target& target, std::size_t width, std::size_t count
) {
    const auto get = [&](Window& window, std::size_t index) {
        client.get_async(target.path)
            .rawlink([&window, index](const kazoo::AsyncResult<kazoo::NodeData>& result) {
                window.completed(index, result.successful() ? nullptr : "a get has failed");
            });
    };
    return measure_pipeline(get, width, count);
}

/// As many operations as it takes to fill the window and to empty it again, or more.
std::size_t count_for(std::size_t width, const Options& options) {
    return width == 1 ? options.scaled(3'000, 20) : std::max(2 * width, options.scaled(30'000, 20));
}

}  // namespace

void run_growth(const Context& context) {
    const ServerProcess server;
    auto target = target_on(server.address(), 1);
    const Node node(target);
    std::vector<std::size_t> widths;
    for (std::size_t width = 1; width <= context.options.scaled(1'000'000, usual); width *= 10) {
        widths.push_back(width);
    }
    const auto floor = in_this_process(connect_floor);
    const auto rounds = std::min<std::size_t>(context.options.rounds, 3);
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const auto width : widths) {
            const auto count = count_for(width, context.options);
            target.window = width;
            const auto least = floor(target, Script::pipelined_get, count);
            add(context.results, name_of(width), "floor", least);
            for (const auto& kind : handler_kinds) {
                OurClient client(kind.variant, unlimited(server.hosts()));
                const auto figures = measure(*client, target, width, count);
                add(context.results, name_of(width), std::string(kind.name), figures);
            }
        }
    }
    for (const auto& kind : handler_kinds) {
        for (const auto width : widths) {
            const Key ours{name_of(width), std::string(kind.name), "cpu"};
            const auto name = with_variant(name_of(width), kind.variant);
            const Key of_usual{name_of(usual), std::string(kind.name), "cpu"};
            context.results.compare(name, ours, of_usual, std::to_string(usual));
            context.results.compare(name, ours, {name_of(width), "floor", "cpu"}, "floor");
        }
    }
}

}  // namespace bench
