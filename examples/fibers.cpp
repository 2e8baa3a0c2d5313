// SPDX-License-Identifier: Apache-2.0
// Fibers: ten thousand of them share one thread and one client. A blocking call suspends only the
// fiber that makes it.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int wanted = 10'000;
constexpr std::size_t stack_bytes = 64 * 1024;  // only the pages in use take memory

/// Returns the resident memory of this process in bytes.
long resident_memory() {
    long pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages * ::sysconf(_SC_PAGESIZE);
}

void run(const std::string& hosts) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(
        std::make_shared<kazoo::SequentialFiberHandler>()
    ));
    auto event = zk.start_async();
    event.wait(30s);  // suspends this fiber; the handler's fibers connect
    if (!zk.connected()) {
        zk.stop();
        throw std::runtime_error("Unable to connect.");
    }
    const auto path = own_path("fibers");
    zk.create(path, "data", kazoo::CreateOptions().ephemeral());

    const auto before = resident_memory();
    const auto thread = std::this_thread::get_id();
    int begun = 0;
    int done = 0;
    std::vector<boost::fibers::fiber> fibers;
    for (int i = 0; i < wanted; ++i) {
        fibers.emplace_back(std::allocator_arg, boost::fibers::fixedsize_stack(stack_bytes), [&] {
            ++begun;
            const auto node = zk.get(path);
            done += node.data == "data" && std::this_thread::get_id() == thread ? 1 : 0;
        });
    }
    zk.sync("/");  // by then every fiber has sent its request, and its stack exists
    const auto with_fibers = resident_memory();
    std::cout << begun << " fibers are waiting, " << (with_fibers - before) / wanted
              << " bytes of memory each\n";
    for (auto& fiber : fibers) {
        fiber.join();
    }
    std::cout << done << " fibers have read the node, all in one thread\n";
    zk.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(hosts(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
