// SPDX-License-Identifier: Apache-2.0
// Many sessions in one process, on one thread: the memory of each, and whether their pings are on
// time.
#include "cases.hpp"
#include "child.hpp"
#include "memory.hpp"
#include "parts.hpp"
#include "running_loop.hpp"
#include "server_process.hpp"

#include <kazoo/handlers/asio.hpp>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {
namespace {

constexpr auto case_name = "sessions";
constexpr std::size_t spare_descriptors = 100;
/// Connections under way at a time, fewer than a listening socket queues.
constexpr std::size_t at_a_time = 100;

using Client = std::unique_ptr<kazoo::KazooClient>;

/// Starts `count` clients.
void start(std::vector<Client>& clients, const kazoo::ClientOptions& options, std::size_t count) {
    while (count > 0) {
        std::vector<kazoo::Event> started;
        for (; count > 0 && started.size() < at_a_time; --count) {
            clients.push_back(std::make_unique<kazoo::KazooClient>(options));
            started.push_back(clients.back()->start_async());
        }
        for (auto& event : started) {
            if (!event.wait(6 * patience)) {
                throw std::runtime_error("a session has not begun in time");
            }
        }
    }
}

/// Returns whether the first connection still exists, and this many pings have been answered.
bool is_kept(const kazoo::KazooClient& client, std::size_t pings) {
    const auto metrics = client.metrics();
    return client.connected() && metrics.connections == 1 &&
           metrics.ping_round_trip.count() >= pings;
}

}  // namespace

void part_idle_sessions(const Arguments& arguments) {
    const auto count = std::stoul(arguments.at(1));
    const std::chrono::milliseconds timeout(std::stoul(arguments.at(2)));
    raise_limit_of_descriptors();
    RunningLoop loop;
    const auto options =
        kazoo::ClientOptions()
            .hosts(arguments.at(0))
            .timeout(timeout)
            .logger(kazoo::Logger::none())  // of sessions that are not kept, their number is enough
            .handler(std::make_shared<kazoo::SequentialAsioHandler>(loop.context));
    std::vector<Client> clients;
    clients.reserve(count + 1);
    start(clients, options, 1);
    const auto before = resident_bytes_trimmed();
    start(clients, options, count);
    const auto each = (resident_bytes_trimmed() - before) / static_cast<double>(count);
    // A session without a ping would expire meanwhile.
    std::this_thread::sleep_for(timeout * 5 / 4);
    std::size_t kept = 0;
    std::chrono::nanoseconds slowest{0};
    for (const auto& client : clients) {
        kept += is_kept(*client, 2) ? 1 : 0;
        slowest = std::max(slowest, client->metrics().ping_round_trip.max());
    }
    std::cout << "bytes " << each << "\nkept "
              << static_cast<double>(kept) / static_cast<double>(clients.size()) << "\nslowest "
              << std::chrono::duration<double, std::milli>(slowest).count() << std::endl;
    // The sessions end with the server: to close all of them would take longer than to measure.
    std::quick_exit(0);
}

void run_sessions(const Context& context) {
    const auto count = context.options.scaled(10'000, 20);
    const auto descriptors = raise_limit_of_descriptors();
    if (descriptors < count + spare_descriptors) {
        context.results.skip(
            case_name,
            "",
            "a process may have " + std::to_string(descriptors) + " descriptors only; ulimit -n"
        );
        return;
    }
    // Short, to see several pings. The more sessions there are, the longer a round of pings takes.
    const auto timeout = std::to_string(count > 1'000 ? 6'000 : 1'000);
    const ServerProcess server;
    const auto values =
        values_of_part("idle-sessions", {server.hosts(), std::to_string(count), timeout});
    const auto name = with_variant(case_name, std::to_string(count));
    context.results.add({name, "kazoo-asio", "memory"}, "bytes/session", values.at("bytes"));
    context.results.add({name, "kazoo-asio", "kept"}, "of 1", values.at("kept"));
    context.results.add({name, "kazoo-asio", "slowest-ping"}, "ms", values.at("slowest"));
}

}  // namespace bench
