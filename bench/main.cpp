// SPDX-License-Identifier: Apache-2.0
// The client benchmark of `make bench`: compares this library with the lower bound (a bare socket)
// and with ZooKeeper's C client, on the same server in the same run.
#include "options.hpp"
#include "report.hpp"
#include "run.hpp"

#include <kazoo/client.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace {

constexpr auto command = "ZOOKEEPER_HOSTS=host:port bench";
constexpr std::size_t data_size = 100;
constexpr auto until_somebody_is_there = std::chrono::seconds(5);

/// Uses only the first server of ZOOKEEPER_HOSTS, so that all subjects use the same one.
bench::Target target_from_environment(const bench::Options& options) {
    const char* text = std::getenv("ZOOKEEPER_HOSTS");
    if (text == nullptr) {
        throw std::invalid_argument("ZOOKEEPER_HOSTS is not set; make bench starts a server");
    }
    const auto hosts = kazoo::parse_hosts(text).value();
    return {
        hosts.hosts.front(),
        hosts.chroot + "/kazoo-bench-" + std::to_string(getpid()),
        std::string(data_size, 'x'),
        options.window,
        {}};
}

const bench::Contestants& contestants() {
    using bench::Role;
    static const bench::Contestants all{
        {"raw", Role::reference, "", bench::connect_raw},
        {"kazoo-threading", Role::ours, "", bench::connect_kazoo_threading},
        {"kazoo-asio", Role::ours, "(asio)", bench::connect_kazoo_asio},
#ifdef KAZOO_BENCH_C_CLIENT
        {"c-client", Role::reference, "", bench::connect_c_client},
#endif
    };
    return all;
}

void print_environment(const bench::Target& target, const bench::Options& options) {
    double load = 0;
    getloadavg(&load, 1);
    std::cout << "bench: " << std::thread::hardware_concurrency() << " cores, load " << load << ", "
              << KAZOO_BENCH_COMPILER << ", " << KAZOO_BENCH_BUILD_TYPE << ", server "
              << target.server << "; " << options.rounds << " rounds of " << options.pipelined
              << " pipelined (" << options.window << " in flight) and " << options.blocking
              << " blocking operations, " << data_size << " bytes" << std::endl;
}

void run(const bench::Options& options) {
    const auto target = target_from_environment(options);
    print_environment(target, options);
    // Ephemeral, so that the node is deleted however the run ends.
    kazoo::KazooClient keeper(kazoo::ClientOptions().hosts(kazoo::to_string(target.server)));
    keeper.start(until_somebody_is_there);
    keeper.create(target.path, target.data, kazoo::CreateOptions().makepath().ephemeral());
    const auto turns = bench::run(contestants(), target, options);
    bench::print_table(std::cout, contestants(), turns);
    bench::print_ratios(std::cout, contestants(), turns);
    std::cout << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = bench::parse_options(argc, argv);
        if (options.help) {
            std::cout << bench::usage(command);
            return EXIT_SUCCESS;
        }
        run(options);
        return EXIT_SUCCESS;
    } catch (const std::invalid_argument& mistake) {
        std::cerr << "bench: " << mistake.what() << '\n' << bench::usage(command);
    } catch (const std::exception& failed) {
        std::cerr << "bench: " << failed.what() << '\n';
    }
    return EXIT_FAILURE;
}
