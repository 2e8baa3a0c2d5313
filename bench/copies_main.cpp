// SPDX-License-Identifier: Apache-2.0
// Counts how often the data of a get are copied between the socket and the callback, by memcpy and
// memmove in all threads of the program; part of the case `values` of the client benchmark. A
// program of its own, because it replaces both, which the other measurements use as they are.
//
//     bench_copies HOST:PORT PATH DATA_SIZE WINDOW COUNT
//
// Prints lines `<subject> <copies>`.
#include "copy_count.hpp"
#include "subject.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

double copies_of(bench::Connect* connect, const bench::Target& target, std::size_t count) {
    std::vector<bench::Duration> latencies(count);  // must outlive operations after a failure
    const auto subject = connect(target);
    subject->pipelined(bench::Operation::get, latencies);
    const auto before = bench::copied_bytes();
    subject->pipelined(bench::Operation::get, latencies);
    const auto data = static_cast<double>(count) * static_cast<double>(target.data.size());
    return static_cast<double>(bench::copied_bytes() - before) / data;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int expected = 6;
    try {
        if (argc != expected) {
            throw std::invalid_argument("HOST:PORT PATH DATA_SIZE WINDOW COUNT");
        }
        const bench::Target target{
            kazoo::parse_hosts(argv[1]).value().hosts.front(),
            argv[2],
            std::string(std::stoul(argv[3]), 'x'),
            std::stoul(argv[4]),
            {}};
        const auto count = std::stoul(argv[5]);
        std::cout << "floor " << copies_of(bench::connect_floor, target, count) << '\n';
        std::cout << "kazoo-threading " << copies_of(bench::connect_kazoo_threading, target, count)
                  << '\n';
        std::cout << "kazoo-asio " << copies_of(bench::connect_kazoo_asio, target, count)
                  << std::endl;
        return EXIT_SUCCESS;
    } catch (const std::exception& failed) {
        std::cerr << "bench_copies: " << failed.what() << '\n';
        return EXIT_FAILURE;
    }
}
