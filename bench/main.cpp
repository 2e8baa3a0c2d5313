// SPDX-License-Identifier: Apache-2.0
// The client benchmark of `make bench`: compares this library with lower bounds and with other
// clients, on the same server in the same run. docs/performance.md is its description.
#include "cases.hpp"
#include "options.hpp"
#include "parts.hpp"
#include "results.hpp"

#include <kazoo/version.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace {

constexpr auto command = "ZOOKEEPER_HOSTS=host:port bench";
constexpr std::string_view part_option = "--part=";

/// Only the first server is used, so that all subjects use the same one.
std::optional<kazoo::HostPort> apache_from_environment() {
    const char* text = std::getenv("ZOOKEEPER_HOSTS");
    if (text == nullptr) {
        return std::nullopt;
    }
    const auto hosts = kazoo::parse_hosts(text);
    if (!hosts) {
        throw std::invalid_argument("ZOOKEEPER_HOSTS: " + hosts.error().message());
    }
    return hosts.value().hosts.front();
}

bench::Results::Environment environment_of(const bench::Context& context) {
    double load = 0;
    getloadavg(&load, 1);
    std::ostringstream load_text;
    load_text << std::setprecision(2) << load;
    return {
        {"cores", std::to_string(std::thread::hardware_concurrency())},
        {"load", load_text.str()},
        {"compiler", KAZOO_BENCH_COMPILER},
        {"build", KAZOO_BENCH_BUILD_TYPE},
        {"server", context.apache ? kazoo::to_string(*context.apache) : "none"},
        {"rounds", std::to_string(context.options.rounds)},
        {"divisor", std::to_string(context.options.divisor)},
    };
}

void print(const bench::Results::Environment& environment) {
    const char* separator = "bench: ";
    for (const auto& [name, value] : environment) {
        std::cout << separator << name << ' ' << value;
        separator = ", ";
    }
    std::cout << std::endl;
}

void list_cases() {
    constexpr int width = 20;
    for (const auto& one : bench::all_cases()) {
        std::cout << std::left << std::setw(width) << one.name << one.meaning << '\n';
    }
}

void run(const bench::Options& options) {
    const auto cases = bench::chosen_cases(options.cases);
    bench::Results results;
    const bench::Context context{options, results, apache_from_environment()};
    std::ofstream json;
    if (!options.json.empty()) {
        json.open(options.json);
        if (!json) {
            throw std::invalid_argument("cannot write " + options.json);
        }
    }
    const auto environment = environment_of(context);
    print(environment);
    for (const auto& one : cases) {
        const auto begin = std::chrono::steady_clock::now();
        one.run(context);
        results.print_new(std::cout);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        std::cout << "bench: " << one.name << " took " << std::fixed << std::setprecision(1)
                  << took.count() << " s" << std::endl;
    }
    if (json.is_open()) {
        results.write_json(json, environment);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        if (argc > 1 && std::string_view(argv[1]).starts_with(part_option)) {
            bench::run_part(argv[1] + part_option.size(), {argv + 2, argv + argc});
            return EXIT_SUCCESS;
        }
        const auto options = bench::parse_options(argc, argv);
        if (options.help) {
            std::cout << bench::usage(command);
        } else if (options.list) {
            list_cases();
        } else {
            run(options);
        }
        return EXIT_SUCCESS;
    } catch (const std::invalid_argument& mistake) {
        std::cerr << "bench: " << mistake.what() << '\n' << bench::usage(command);
    } catch (const std::exception& failed) {
        std::cerr << "bench: " << failed.what() << '\n';
    }
    return EXIT_FAILURE;
}
