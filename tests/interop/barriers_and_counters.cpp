// SPDX-License-Identifier: Apache-2.0
// One call of a recipe of this library, as a partner of Python's kazoo:
//
//     interop_barriers_and_counters HOSTS RECIPE PATH [ARGUMENT...]
#include <kazoo/kazoo.hpp>
#include <kazoo/recipes/barrier.hpp>
#include <kazoo/recipes/counter.hpp>
#include <kazoo/recipes/double_barrier.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;  // HOSTS, RECIPE, PATH, ...

/// Prints a line at once, for the test to wait for.
void say(const std::string& line) {
    std::cout << line + '\n' << std::flush;
}

/// Waits until the test has written a line.
void wait_for_test() {
    std::string line;
    std::getline(std::cin, line);
}

const kazoo::CallOptions limit = kazoo::CallOptions().timeout(20s);

void wait_at_barrier(kazoo::KazooClient& zk, const Arguments& arguments) {
    const kazoo::Barrier barrier(zk, arguments.at(2));
    const auto waiting = barrier.wait_async(limit);
    zk.sync("/");  // the watch is set before the reply
    say(waiting.ready() ? "open" : "closed");
    waiting.get();
    say("passed");
}

void open_barrier(kazoo::KazooClient& zk, const Arguments& arguments) {
    const kazoo::Barrier barrier(zk, arguments.at(2));
    barrier.create(limit);
    say("closed");
    wait_for_test();
    say(barrier.remove(limit) ? "removed" : "missing");
}

/// Enters and leaves `rounds` times, when the test says so.
void pass_double_barrier(kazoo::KazooClient& zk, const Arguments& arguments) {
    kazoo::DoubleBarrier barrier(zk, arguments.at(2), std::stoi(arguments.at(3)), "ours");
    const int rounds = std::stoi(arguments.at(4));
    for (int i = 0; i < rounds; ++i) {
        barrier.enter(limit);
        say("entered");
        wait_for_test();
        barrier.leave(limit);
        say("left");
        wait_for_test();
    }
}

void count(kazoo::KazooClient& zk, const Arguments& arguments) {
    const auto format =
        arguments.at(4) == "curator" ? kazoo::CounterFormat::int32_be : kazoo::CounterFormat::text;
    kazoo::Counter counter(zk, arguments.at(2), kazoo::CounterOptions().format(format));
    for (int i = std::stoi(arguments.at(3)); i > 0; --i) counter += 1;
    say(std::to_string(counter.value()));
}

void count_floats(kazoo::KazooClient& zk, const Arguments& arguments) {
    kazoo::DoubleCounter counter(zk, arguments.at(2));
    counter += std::stod(arguments.at(3));
    say("added");
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments(argv + 1, argv + argc);
    const std::map<std::string, std::function<void(kazoo::KazooClient&, const Arguments&)>> recipes{
        {"barrier-wait", wait_at_barrier},
        {"barrier-open", open_barrier},
        {"double-barrier", pass_double_barrier},
        {"counter", count},
        {"float-counter", count_floats},
    };
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(arguments.at(0)));
        zk.start();
        recipes.at(arguments.at(1))(zk, arguments);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
