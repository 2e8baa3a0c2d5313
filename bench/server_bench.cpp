// SPDX-License-Identifier: Apache-2.0
// The server benchmark of `make bench`: compares the embedded server with Apache ZooKeeper in the
// same run. The client is a bare socket for both.
#include "options.hpp"
#include "raw_connection.hpp"
#include "results.hpp"
#include "server_memory.hpp"
#include "subject.hpp"

#include <kazoo/client.hpp>
#include <kazoo/testing/server.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace {

using namespace bench;

constexpr auto command = "ZOOKEEPER_HOSTS=host:port bench_server";
constexpr std::size_t data_size = 100;
constexpr int starts = 20;

using Milliseconds = std::chrono::duration<double, std::milli>;

/// A node on a server, which exists during the lifetime of this object.
class Place {
public:
    Place(std::string hosts, std::size_t window)
        : keeper_(kazoo::ClientOptions().hosts(hosts)),
          target_{
              kazoo::parse_hosts(hosts).value().hosts.front(),
              "/kazoo-bench-" + std::to_string(getpid()),
              std::string(data_size, 'x'),
              window,
              {}} {
        keeper_.start(patience);
        keeper_.create(target_.path, target_.data, kazoo::CreateOptions().ephemeral());
    }

    /// Performs `count` operations; returns operations per second.
    [[nodiscard]] double throughput(Operation operation, std::size_t count) const {
        std::vector<Duration> latencies(count);
        const auto subject = connect_raw(target_);
        const auto start = Clock::now();
        subject->pipelined(operation, latencies);
        const std::chrono::duration<double> took = Clock::now() - start;
        return static_cast<double>(count) / took.count();
    }

private:
    kazoo::KazooClient keeper_;
    Target target_;
};

/// The embedded server is faster and gets more operations, so that both measurements take long
/// enough.
constexpr std::size_t more_for_embedded = 10;
constexpr std::size_t rounds_unmeasured = 3;  // warm-up of the JVM's compiler

void compare(
    const char* name,
    Operation operation,
    const Place& embedded,
    const Place& apache,
    const Options& options
) {
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> ratios;
    for (std::size_t round = 0; round < options.rounds + rounds_unmeasured; ++round) {
        const double there = apache.throughput(operation, options.pipelined);
        const double here = embedded.throughput(operation, more_for_embedded * options.pipelined);
        if (round >= rounds_unmeasured) {
            ours.push_back(here);
            theirs.push_back(there);
            ratios.push_back(here / there);
        }
    }
    std::cout << std::fixed << std::setprecision(0) << name << ": embedded " << median(ours)
              << "/s, Apache " << median(theirs) << "/s\n"
              << "RATIO server " << name << " embedded/apache " << std::setprecision(2)
              << median(ratios) << std::endl;
}

/// Returns the time from starting a server to the reply to the first request.
double start_once() {
    const auto start = Clock::now();
    const kazoo::testing::Server server;
    RawConnection connection(kazoo::parse_hosts(server.hosts()).value().hosts.front());
    connection.send_all(first_request().span());
    while (connection.receive_replies() == 0) {
    }
    return Milliseconds(Clock::now() - start).count();
}

void measure_start() {
    std::vector<double> times;
    for (int i = 0; i < starts; ++i) {
        times.push_back(start_once());
    }
    std::cout << std::fixed << std::setprecision(2)
              << "server start to first reply: " << median(times) << " ms, at most "
              << *std::max_element(times.begin(), times.end()) << " ms of " << starts << " times"
              << std::endl;
}

void run(const Options& options) {
    const char* hosts = std::getenv("ZOOKEEPER_HOSTS");
    if (hosts == nullptr) {
        throw std::invalid_argument("ZOOKEEPER_HOSTS is not set; make bench starts one");
    }
    measure_start();
    {
        const kazoo::testing::Server server;
        const Place embedded(server.hosts(), options.window);
        const Place apache(hosts, options.window);
        compare("pipelined-get", Operation::get, embedded, apache, options);
        compare("pipelined-set", Operation::set, embedded, apache, options);
    }
    measure_memory(options.nodes, data_size, std::cout);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = parse_options(argc, argv);
        if (options.help) {
            std::cout << usage(command);
            return EXIT_SUCCESS;
        }
        run(options);
        return EXIT_SUCCESS;
    } catch (const std::invalid_argument& mistake) {
        std::cerr << "bench_server: " << mistake.what() << '\n' << usage(command);
    } catch (const std::exception& failed) {
        std::cerr << "bench_server: " << failed.what() << '\n';
    }
    return EXIT_FAILURE;
}
