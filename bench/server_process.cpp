// SPDX-License-Identifier: Apache-2.0
#include "server_process.hpp"

#include "parts.hpp"

#include <kazoo/testing/server.hpp>

#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace bench {

using namespace std::chrono_literals;

namespace {

std::vector<std::string> command(const std::string& held) {
    return {this_program(), "--part=server", held};
}

std::uint16_t port_from(const std::optional<std::string>& line) {
    if (!line) {
        throw std::runtime_error("the embedded server did not start");
    }
    return static_cast<std::uint16_t>(std::stoi(*line));
}

constexpr std::size_t large = std::size_t{4} << 30;

}  // namespace

void part_server(const Arguments& arguments) {
    raise_limit_of_descriptors();
    kazoo::testing::Server server(kazoo::testing::ServerOptions()
                                      .tick(100ms)
                                      .min_session_timeout(200ms)
                                      .max_session_timeout(1min)
                                      .max_request_bytes(large / 4)
                                      .max_unsent_bytes(large));
    if (!arguments.empty() && !arguments.front().empty()) {
        server.inject(kazoo::testing::Fault::hold().path(arguments.front()));
    }
    std::cout << server.port() << std::endl;
    while (std::getchar() != EOF) {
    }
}

ServerProcess::ServerProcess(const std::string& held)
    : process_(command(held)), port_(port_from(process_.read_line())) {}

}  // namespace bench
