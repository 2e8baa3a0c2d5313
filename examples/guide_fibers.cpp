// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/asynchronous-usage.md for fibers.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <boost/fiber/fiber.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

void run(const std::string& hosts) {
    //! [setup]
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts).handler(
        std::make_shared<kazoo::SequentialFiberHandler>()
    ));

    // returns immediately
    auto event = zk.start_async();

    // Wait up to 30 seconds; other fibers run in the meantime
    event.wait(30s);

    if (!zk.connected()) {
        // Not connected, stop trying to connect
        zk.stop();
        throw std::runtime_error("Unable to connect.");
    }
    //! [setup]

    zk.get_children_async("/").rawlink([](const auto& children) {
        std::cout << "children: " << children.get().size() << std::endl;
    });

    //! [fibers]
    std::vector<boost::fibers::fiber> workers;
    for (int i = 0; i < 3; ++i) {
        workers.emplace_back([&zk, i] {
            auto stat = zk.exists("/");  // suspends this fiber, not the thread
            std::cout << "worker " << i << ": " << (stat ? "found" : "missing") << std::endl;
        });
    }
    for (auto& worker : workers) worker.join();
    //! [fibers]
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
