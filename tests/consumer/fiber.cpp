// SPDX-License-Identifier: Apache-2.0
#include <kazoo/handlers/fiber.hpp>
#include <kazoo/kazoo.hpp>
#include <kazoo/testing/server.hpp>

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

#include <chrono>
#include <cstdio>
#include <memory>

// Links the component, runs a client in fibers of its own, and ends.
int main() {
    kazoo::testing::Server server;
    kazoo::KazooClient zk(kazoo::ClientOptions()
                              .hosts(server.hosts())
                              .handler(std::make_shared<kazoo::SequentialFiberHandler>()));
    zk.start();
    int read = 0;
    boost::fibers::fiber reader([&] {
        for (int i = 0; i < 100; ++i) {
            read += zk.exists("/") ? 1 : 0;
            boost::this_fiber::yield();
        }
    });
    reader.join();
    zk.stop();
    std::puts(read == 100 ? "the fibers have ended" : "something is missing");
    return read == 100 ? 0 : 1;
}
