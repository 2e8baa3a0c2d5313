// SPDX-License-Identifier: Apache-2.0
// One call of a recipe: `interop_recipes HOSTS RECIPE PATH [ARGUMENT...]`.
#include "programs.hpp"

namespace interop {

void wait_at_barrier(const Arguments& arguments) {
    Client zk(arguments);
    const kazoo::Barrier barrier(*zk, arguments.at(2));
    const auto waiting = barrier.wait_async(limit);
    zk->sync("/");  // the watch is set before the reply
    say(waiting.ready() ? "open" : "closed");
    waiting.get();
    say("passed");
}

void open_barrier(const Arguments& arguments) {
    Client zk(arguments);
    const kazoo::Barrier barrier(*zk, arguments.at(2));
    barrier.create(limit);
    say("closed");
    wait_for_test();
    say(barrier.remove(limit) ? "removed" : "missing");
}

/// Enters and leaves `rounds` times, when the test says so.
void pass_double_barrier(const Arguments& arguments) {
    Client zk(arguments);
    kazoo::DoubleBarrier barrier(*zk, arguments.at(2), std::stoi(arguments.at(3)), "ours");
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

/// Adds one several times: `counter PATH TIMES text|curator`.
void count(const Arguments& arguments) {
    Client zk(arguments);
    const auto format =
        arguments.at(4) == "curator" ? kazoo::CounterFormat::int32_be : kazoo::CounterFormat::text;
    kazoo::Counter counter(*zk, arguments.at(2), kazoo::CounterOptions().format(format));
    for (int i = std::stoi(arguments.at(3)); i > 0; --i) counter += 1;
    say(std::to_string(counter.value()));
}

void count_floats(const Arguments& arguments) {
    Client zk(arguments);
    kazoo::DoubleCounter counter(*zk, arguments.at(2));
    counter += std::stod(arguments.at(3));
    say("added");
}

}  // namespace interop
