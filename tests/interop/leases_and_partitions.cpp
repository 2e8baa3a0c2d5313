// SPDX-License-Identifier: Apache-2.0
// A lease or a member of a partitioner, as a partner of Python's kazoo:
//
//     interop_leases_and_partitions HOSTS lease PATH IDENTIFIER SECONDS
//     interop_leases_and_partitions HOSTS partition PATH IDENTIFIER ITEM...
#include <kazoo/kazoo.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

/// Prints a line at once, for the test to wait for.
void say(const std::string& line) {
    std::cout << line + '\n' << std::flush;
}

const kazoo::CallOptions limit = kazoo::CallOptions().timeout(20s);

/// Carries out the calls that the test asks for.
void lease(kazoo::KazooClient& zk, const Arguments& arguments) {
    const auto duration = std::chrono::seconds(std::stoi(arguments.at(4)));
    const auto options = kazoo::LeaseOptions().identifier(arguments.at(3));
    kazoo::NonBlockingLease lease(zk, arguments.at(2), duration, options);
    std::string call;
    while (std::getline(std::cin, call)) {
        const bool done = call == "obtain"  ? lease.obtain(limit)
                          : call == "renew" ? lease.renew(limit)
                                            : lease.release(limit);
        say(done ? "yes" : "no");
    }
}

std::string joined(const std::vector<std::string>& items) {
    std::string all = "acquired";
    for (const auto& item : items) all += " " + item;
    return all;
}

/// Takes part until the input ends.
void partition(kazoo::KazooClient& zk, const Arguments& arguments) {
    const std::set<std::string> items(arguments.begin() + 4, arguments.end());
    const auto options =
        kazoo::SetPartitionerOptions().identifier(arguments.at(3)).time_boundary(300ms);
    kazoo::SetPartitioner partitioner(zk, arguments.at(2), items, options);
    std::thread finisher([&] {
        std::string line;
        std::getline(std::cin, line);
        partitioner.finish(limit);
    });
    for (;;) {
        const auto change = partitioner.next_state();
        if (change.state == kazoo::PartitionState::acquired) say(joined(change.items));
        if (change.state == kazoo::PartitionState::release) {
            say("release");
            partitioner.release_set(limit);
        }
        if (change.state == kazoo::PartitionState::failure) break;
    }
    finisher.join();
    say("finished");
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments(argv + 1, argv + argc);
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(arguments.at(0)));
        zk.start();
        (arguments.at(1) == "lease" ? lease : partition)(zk, arguments);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
