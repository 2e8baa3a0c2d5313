// SPDX-License-Identifier: Apache-2.0
// Blocking gets of several threads on one client, beside those of one thread.
#include "cases.hpp"
#include "our_client.hpp"
#include "run.hpp"
#include "server_process.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

/// Performs one blocking get for each element of `latencies`; 0 where it fails.
void get_all(kazoo::KazooClient& client, const Target& target, std::span<Duration> latencies) {
    for (auto& latency : latencies) {
        const auto begin = Clock::now();
        try {
            const auto node = client.get(target.path);
            const bool good = node.data.size() == target.data.size();
            latency = good ? Clock::now() - begin : Duration::zero();
        } catch (const std::exception&) {
            latency = Duration::zero();
        }
    }
}

Figures measure(
    kazoo::KazooClient& client, const Target& target, std::size_t threads, std::size_t count
) {
    std::vector<Duration> latencies(threads * count);
    const Meter meter;
    std::vector<std::thread> running;
    for (std::size_t i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            get_all(client, target, std::span(latencies).subspan(i * count, count));
        });
    }
    for (auto& thread : running) {
        thread.join();
    }
    const auto figures = meter.read(latencies);
    if (latencies.front() == Duration::zero()) {  // they are sorted
        throw std::runtime_error("a get has failed");
    }
    return figures;
}

std::string name_of(std::size_t threads) {
    return with_variant("threads", std::to_string(threads));
}

}  // namespace

void run_threads(const Context& context) {
    const ServerProcess server;
    const auto target = target_on(server.address(), 1);
    const Node node(target);
    const auto count = context.options.scaled(10'000, 20);
    constexpr std::array<std::size_t, 4> numbers{1, 2, 4, 8};
    for (std::size_t round = 0; round < context.options.rounds; ++round) {
        for (const auto& kind : handler_kinds) {
            OurClient client(kind.variant, unlimited(server.hosts()));
            static_cast<void>(measure(*client, target, 1, count / 10 + 1));
            for (const auto threads : numbers) {
                const auto figures = measure(*client, target, threads, count / threads + 1);
                add(context.results, name_of(threads), std::string(kind.name), figures);
            }
        }
    }
    for (const auto& kind : handler_kinds) {
        for (const auto threads : numbers) {
            for (const std::string measure : {"throughput", "cpu"}) {
                context.results.compare(
                    with_variant(name_of(threads), kind.variant),
                    {name_of(threads), std::string(kind.name), measure},
                    {name_of(1), std::string(kind.name), measure},
                    "one-thread"
                );
            }
        }
    }
}

}  // namespace bench
