// SPDX-License-Identifier: Apache-2.0
// The CPU time of a connected client that does nothing, and of one that waits in a blocking get for
// a reply.
#include "cases.hpp"
#include "child.hpp"
#include "our_client.hpp"
#include "parts.hpp"
#include "server_process.hpp"
#include "subject.hpp"

#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bench {
namespace {

constexpr auto case_name = "idle";
constexpr auto held_path = "/held";

/// The CPU time of all threads of this process.
std::chrono::nanoseconds cpu_used() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Returns the part of one core that this process uses, in percent.
double percent_used(std::chrono::milliseconds during) {
    const auto begin = Clock::now();
    const auto before = cpu_used();
    std::this_thread::sleep_for(during);
    const std::chrono::duration<double> cpu = cpu_used() - before;
    const std::chrono::duration<double> wall = Clock::now() - begin;
    return 100 * cpu.count() / wall.count();
}

}  // namespace

void part_idle_client(const Arguments& arguments) {
    const auto& mode = arguments.at(2);
    const std::chrono::milliseconds during(std::stoul(arguments.at(3)));
    // The session must not expire while replies, those to pings included, are held back.
    OurClient client(arguments.at(1), unlimited(arguments.at(0)).timeout(std::chrono::minutes(1)));
    if (mode == "waiting") {
        std::thread([&client] { static_cast<void>(client->get(held_path)); }).detach();
    } else if (mode != "connected") {
        throw std::invalid_argument("no mode " + mode);
    }
    // The start of the threads is not measured.
    std::this_thread::sleep_for(during / 10);
    std::cout << "percent " << percent_used(during) << std::endl;
    std::_Exit(EXIT_SUCCESS);  // the get is still waiting
}

void run_idle(const Context& context) {
    const auto during = std::to_string(context.options.scaled(5'000, 100));
    const ServerProcess server(held_path);
    struct Running {
        Key key;
        std::unique_ptr<Child> process;
    };
    // At the same time: they use hardly any CPU time.
    std::vector<Running> running;
    for (const auto& kind : handler_kinds) {
        for (const std::string mode : {"connected", "waiting"}) {
            const std::vector<std::string> command{
                this_program(),
                "--part=idle-client",
                server.hosts(),
                std::string(kind.variant),
                mode,
                during};
            const Key key{with_variant(case_name, mode), std::string(kind.name), "cpu"};
            running.push_back({key, std::make_unique<Child>(command)});
        }
    }
    for (auto& one : running) {
        const auto values = values_from(*one.process);
        context.results.add(one.key, "% of a core", values.at("percent"));
    }
}

}  // namespace bench
