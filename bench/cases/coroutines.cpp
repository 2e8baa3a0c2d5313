// SPDX-License-Identifier: Apache-2.0
// A thousand coroutines, each of which awaits one get after the other, beside callbacks with as
// many gets in flight.
#include "cases.hpp"
#include "our_client.hpp"
#include "pipeline.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <stdexcept>
#include <vector>

namespace bench {
namespace {

kazoo::AsyncResult<void> get_one_by_one(
    kazoo::KazooClient& client, const Target& target, std::span<Duration> latencies
) {
    auto begin = Clock::now();
    for (auto& latency : latencies) {
        const auto node = co_await client.get_async(target.path);
        if (node.data.size() != target.data.size()) {
            throw std::runtime_error("a get has failed");
        }
        const auto now = Clock::now();
        latency = now - begin;
        begin = now;
    }
}

void run_loops(
    kazoo::KazooClient& client,
    const Target& target,
    std::size_t coroutines,
    std::span<Duration> latencies
) {
    const auto each = latencies.size() / coroutines;
    std::vector<kazoo::AsyncResult<void>> running;
    for (std::size_t i = 0; i < coroutines; ++i) {
        running.push_back(get_one_by_one(client, target, latencies.subspan(i * each, each)));
    }
    for (const auto& one : running) {
        one.get();
    }
}

Figures measure_coroutines(
    kazoo::KazooClient& client, const Target& target, std::size_t coroutines, std::size_t each
) {
    std::vector<Duration> latencies(coroutines * each);
    run_loops(client, target, coroutines, std::span(latencies).first(coroutines));
    const Meter meter;
    run_loops(client, target, coroutines, latencies);
    return meter.read(latencies);
}

Figures measure_callbacks(
    kazoo::KazooClient& client, const Target& target, std::size_t width, std::size_t count
) {
    const auto get = [&](Window& window, std::size_t index) {
        client.get_async(target.path)
            .rawlink([&window, &target, index](const kazoo::AsyncResult<kazoo::NodeData>& result) {
                const auto* node = result.value();
                const bool good = node != nullptr && node->data.size() == target.data.size();
                window.completed(index, good ? nullptr : "a get has failed");
            });
    };
    return measure_pipeline(get, width, count);
}

}  // namespace

void run_coroutines(const Context& context) {
    constexpr auto name = "coroutines";
    const ServerProcess server;
    const auto target = target_on(server.address(), 1);
    const Node node(target);
    const auto coroutines = context.options.scaled(1'000, 5);
    constexpr std::size_t each = 50;
    const auto count = coroutines * each;
    for (std::size_t round = 0; round < context.options.rounds; ++round) {
        for (const auto& kind : handler_kinds) {
            OurClient client(kind.variant, unlimited(server.hosts()));
            const std::string subject(kind.name);
            add(context.results,
                name,
                subject + "-callbacks",
                measure_callbacks(*client, target, coroutines, count));
            add(context.results,
                name,
                subject,
                measure_coroutines(*client, target, coroutines, each));
        }
    }
    for (const auto& kind : handler_kinds) {
        const std::string subject(kind.name);
        for (const std::string measure : {"cpu", "throughput"}) {
            context.results.compare(
                with_variant(name, kind.variant),
                {name, subject, measure},
                {name, subject + "-callbacks", measure},
                "callbacks"
            );
        }
    }
}

}  // namespace bench
