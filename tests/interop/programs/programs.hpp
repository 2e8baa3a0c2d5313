// SPDX-License-Identifier: Apache-2.0
// The partners of other clients: programs that use recipes of this library, in one executable.
//
//     interop_recipes HOSTS PROGRAM [ARGUMENT...]
#pragma once

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

namespace interop {

using Arguments = std::vector<std::string>;  // HOSTS, PROGRAM, ...

/// Prints a line at once, for the test to wait for.
inline void say(const std::string& line) {
    std::cout << line + '\n' << std::flush;
}

/// Waits until the test has written a line.
inline void wait_for_test() {
    std::string line;
    std::getline(std::cin, line);
}

/// The limit of calls that have to succeed.
inline const kazoo::CallOptions limit = kazoo::CallOptions().timeout(std::chrono::seconds(20));

/// A client that is connected to the servers of the test.
class Client {
public:
    explicit Client(const Arguments& arguments, std::chrono::seconds timeout = default_timeout)
        : zk_(kazoo::ClientOptions().hosts(arguments.at(0)).timeout(timeout)) {
        zk_.start();
    }
    kazoo::KazooClient* operator->() noexcept { return &zk_; }
    kazoo::KazooClient& operator*() noexcept { return zk_; }

private:
    static constexpr auto default_timeout = std::chrono::seconds(10);

    kazoo::KazooClient zk_;
};

// Each is described where it is defined. They return when they have done what they were asked for,
// and throw what fails.
void wait_at_barrier(const Arguments& arguments);
void open_barrier(const Arguments& arguments);
void pass_double_barrier(const Arguments& arguments);
void count(const Arguments& arguments);
void count_floats(const Arguments& arguments);
void lease(const Arguments& arguments);
void partition(const Arguments& arguments);
void carry_out_commands(const Arguments& arguments);
void contend(const Arguments& arguments);
void use_queue(const Arguments& arguments);
void pass_barriers(const Arguments& arguments);

}  // namespace interop
