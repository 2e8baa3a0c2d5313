// SPDX-License-Identifier: Apache-2.0
// ZooKeeper's C client as a peer of the client benchmark; peer.hpp describes the protocol.
#include "run.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

bench::Script script_of(const std::string& name) {
    for (std::size_t i = 0; i < bench::script_names.size(); ++i) {
        if (bench::script_names[i] == name) {
            return static_cast<bench::Script>(i);
        }
    }
    throw std::invalid_argument("no script " + name);
}

void serve(const bench::Target& target) {
    const auto turn = bench::in_this_process(bench::connect_c_client);
    std::cout << "ready" << std::endl;
    std::string script;
    std::size_t count = 0;
    while (std::cin >> script >> count) {
        const auto figures = turn(target, script_of(script), count);
        std::cout << figures.throughput << ' ' << figures.cpu << ' ' << figures.p50 << ' '
                  << figures.p99 << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int expected = 5;
    try {
        if (argc != expected) {
            throw std::invalid_argument("bench_c_client HOST:PORT PATH DATA_SIZE WINDOW");
        }
        serve(
            {kazoo::parse_hosts(argv[1]).value().hosts.front(),
             argv[2],
             std::string(std::stoul(argv[3]), 'x'),
             std::stoul(argv[4]),
             {}}
        );
        return EXIT_SUCCESS;
    } catch (const std::exception& failed) {
        std::cout << failed.what() << std::endl;
        return EXIT_FAILURE;
    }
}
