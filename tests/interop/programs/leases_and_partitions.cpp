// SPDX-License-Identifier: Apache-2.0
// A lease or a member of a partitioner:
//
//     interop_recipes HOSTS lease PATH IDENTIFIER SECONDS
//     interop_recipes HOSTS partition PATH IDENTIFIER ITEM...
#include "programs.hpp"

#include <set>
#include <thread>

namespace interop {

using namespace std::chrono_literals;

/// Carries out the calls that the test asks for.
void lease(const Arguments& arguments) {
    Client zk(arguments);
    const auto duration = std::chrono::seconds(std::stoi(arguments.at(4)));
    const auto options = kazoo::LeaseOptions().identifier(arguments.at(3));
    kazoo::NonBlockingLease held(*zk, arguments.at(2), duration, options);
    std::string call;
    while (std::getline(std::cin, call)) {
        const bool done = call == "obtain"  ? held.obtain(limit)
                          : call == "renew" ? held.renew(limit)
                                            : held.release(limit);
        say(done ? "yes" : "no");
    }
}

namespace {

std::string joined(const std::vector<std::string>& items) {
    std::string all = "acquired";
    for (const auto& item : items) all += " " + item;
    return all;
}

}  // namespace

/// Takes part until the input ends.
void partition(const Arguments& arguments) {
    Client zk(arguments);
    const std::set<std::string> items(arguments.begin() + 4, arguments.end());
    const auto options =
        kazoo::SetPartitionerOptions().identifier(arguments.at(3)).time_boundary(300ms);
    kazoo::SetPartitioner partitioner(*zk, arguments.at(2), items, options);
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

}  // namespace interop
